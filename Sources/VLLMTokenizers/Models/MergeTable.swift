// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Maps pairs of tokens to what they merge into: open addressing with linear probing, key and value side by
/// side.
struct MergeTable: Sendable {
    /// What a look-up gives for a pair that does not merge; also an empty key.
    static let none = UInt64.max

    /// Keys (left << 32 | right) and values (rank << 32 | merged id) in turn.
    private var slots: [UInt64]
    private let shift: UInt64
    private let mask: Int

    /// Creates a table with room for a number of pairs.
    init(capacity: Int) {
        var bits: UInt64 = 4
        while 1 << bits < capacity + capacity / 2 { bits += 1 }
        shift = 64 - bits
        mask = 1 << Int(bits) - 1
        slots = [UInt64](repeating: Self.none, count: 2 << Int(bits))
    }

    @inline(__always)
    private func slot(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
    }

    /// Sets what a pair merges into; a later call for the same pair wins.
    mutating func insert(left: UInt32, right: UInt32, rank: UInt32, merged: UInt32) {
        let key = UInt64(left) << 32 | UInt64(right)
        var at = slot(key)
        while slots[2 * at] != Self.none, slots[2 * at] != key { at = (at + 1) & mask }
        slots[2 * at] = key
        slots[2 * at + 1] = UInt64(rank) << 32 | UInt64(merged)
    }

    /// Returns (rank << 32 | merged id) of a pair, or `none`.
    @inline(__always)
    func find(_ left: UInt32, _ right: UInt32) -> UInt64 {
        let key = UInt64(left) << 32 | UInt64(right)
        var at = slot(key)
        let slots = slots.span
        while true {
            // The index is masked to the size that the array was made with.
            let found = unsafe slots[unchecked: 2 &* at]
            if found == key { return unsafe slots[unchecked: 2 &* at &+ 1] }
            if found == Self.none { return Self.none }
            at = (at &+ 1) & mask
        }
    }
}
