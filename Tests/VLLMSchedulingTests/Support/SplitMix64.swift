// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A small generator that draws the same numbers from the same seed everywhere (Steele, Lea and Flood, 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return FakeModel.mix(state)
    }

    /// True once in so many draws.
    mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}
