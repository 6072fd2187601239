// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Random numbers named by (seed, sequence, position): a counter-based generator without state, so that a seeded
/// request draws the same whatever else runs.
package enum RandomStream {
    /// A number in [0, 1) with 53 random bits.
    ///
    /// Philox 4x32 with ten rounds (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011,
    /// section 3.3): the key is the seed, the counter is the sequence's index and the position.
    package static func uniform(seed: UInt64, sequence: Int, position: Int) -> Double {
        var counter = SIMD4<UInt32>(
            UInt32(truncatingIfNeeded: position), UInt32(truncatingIfNeeded: position >> 32),
            UInt32(truncatingIfNeeded: sequence), 0)
        var key = SIMD2<UInt32>(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        for _ in 0..<10 {
            let first = UInt64(counter[0]) * 0xD251_1F53
            let second = UInt64(counter[2]) * 0xCD9E_8D57
            counter = SIMD4(
                UInt32(truncatingIfNeeded: second >> 32) ^ counter[1] ^ key[0],
                UInt32(truncatingIfNeeded: second),
                UInt32(truncatingIfNeeded: first >> 32) ^ counter[3] ^ key[1],
                UInt32(truncatingIfNeeded: first))
            key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
        }
        let bits = UInt64(counter[0]) << 32 | UInt64(counter[1])
        return Double(bits >> 11) * 0x1p-53
    }
}
