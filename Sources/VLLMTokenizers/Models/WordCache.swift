// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Remembers the tokens of recent words; a new word takes the place of the one in its slot.
///
/// A slot is a cache line: up to 32 bytes of word, its length, and up to seven ids.
struct WordCache: Sendable {
    /// The longest word, in bytes, that is remembered.
    static let longestWord = 32
    /// The most ids that a remembered word has.
    static let mostIDs = 7

    private static let slotCount = 1 << 14
    private var slots = [UInt64](repeating: 0, count: 8 * slotCount)

    /// A word as four numbers and its length; equal words have equal keys and no others have.
    struct Key {
        var a: UInt64
        var b: UInt64 = 0
        var c: UInt64 = 0
        var d: UInt64 = 0
        var length: Int

        /// Reads a word of 1 to 32 bytes.
        @inline(__always)
        init(_ text: Span<UInt8>, _ word: Range<Int>) {
            length = word.count
            if length <= 8 {
                a =
                    length == 8
                    ? ByteHash.word(text, word.lowerBound)
                    : ByteHash.tail(text, word.lowerBound, count: length)
                return
            }
            a = ByteHash.word(text, word.lowerBound)
            // The last eight bytes overlap the ones before; the length says by how much.
            d = ByteHash.word(text, word.upperBound - 8)
            if length > 16 { b = ByteHash.word(text, word.lowerBound + 8) }
            if length > 24 { c = ByteHash.word(text, word.lowerBound + 16) }
        }

        /// Where the word's slot begins.
        @inline(__always)
        var slot: Int {
            var hash = ByteHash.mix(UInt64(truncatingIfNeeded: length) &* 0xA076_1D64_78BD_642F, a)
            if length > 8 {
                hash = ByteHash.mix(hash, d)
                if length > 16 { hash = ByteHash.mix(ByteHash.mix(hash, b), c) }
            }
            return (Int(truncatingIfNeeded: hash) & (WordCache.slotCount - 1)) * 8
        }
    }

    /// Appends the ids of a word; false if it is not remembered.
    @inline(__always)
    func append(_ key: Key, to ids: inout [Int32]) -> Bool {
        let at = key.slot
        let line = slots.span
        let head = line[at + 4]
        guard line[at] == key.a, line[at + 3] == key.d, head & 0xFF == UInt64(key.length),
            key.length <= 16 || line[at + 1] == key.b && line[at + 2] == key.c
        else { return false }
        let count = head >> 8 & 0xFF
        ids.append(Int32(truncatingIfNeeded: head >> 32))
        if count == 1 { return true }
        for index in 1..<Int(count) {
            let pair = line[at + 4 + (index + 1) / 2]
            ids.append(Int32(truncatingIfNeeded: index & 1 == 1 ? pair & 0xFFFF_FFFF : pair >> 32))
        }
        return true
    }

    /// Remembers a word with 1 to 7 ids.
    mutating func insert(_ key: Key, _ ids: ArraySlice<Int32>) {
        let at = key.slot
        slots[at] = key.a
        slots[at + 1] = key.b
        slots[at + 2] = key.c
        slots[at + 3] = key.d
        var values: [UInt64] = [UInt64(key.length) | UInt64(ids.count) << 8, 0, 0, 0]
        for (index, id) in ids.enumerated() {
            let bits = UInt64(UInt32(bitPattern: id))
            values[(index + 1) / 2] |= index & 1 == 1 ? bits : bits << 32
        }
        for index in 0..<4 { slots[at + 4 + index] = values[index] }
    }
}
