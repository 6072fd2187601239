// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Remembers what the bytes of recent characters merge into.
struct CharacterCache: Sendable {
    private static let slotCount = 1 << 12
    /// Marks a character whose result is worth computing when it comes again.
    private static let seenOnce: UInt64 = 1 << 63

    /// Eight numbers a slot: character and count, two masks, and up to four symbols in two numbers.
    private var slots = [UInt64](repeating: 0, count: 8 * slotCount)

    /// Appends the symbols of a character, or returns false if they are not to be merged first.
    ///
    /// - Parameters:
    ///   - scalar: a character outside ASCII.
    ///   - before: a bit for the byte in front, by its lower six bits, or 0 where the word begins.
    ///   - behind: the same for the byte behind.
    ///   - compute: gives the result for a character that is not remembered.
    @inline(__always)
    mutating func append(
        _ scalar: UInt32, before: UInt64, behind: UInt64, to symbols: inout [UInt32],
        compute: () -> CharacterMerges.Result?
    ) -> Bool {
        let at = Int((scalar &* 0x9E37_79B1) >> 20) * 8
        if UInt32(truncatingIfNeeded: slots[at]) != scalar {
            slots[at] = UInt64(scalar) | Self.seenOnce
            return false
        }
        if slots[at] & Self.seenOnce != 0 { insert(scalar, compute(), at: at) }
        let line = slots.span
        let count = line[at] >> 32
        if count == 0 || line[at + 1] & before != 0 || line[at + 2] & behind != 0 { return false }
        symbols.append(UInt32(truncatingIfNeeded: line[at + 3]))
        if count > 1 { symbols.append(UInt32(truncatingIfNeeded: line[at + 3] >> 32)) }
        if count > 2 { symbols.append(UInt32(truncatingIfNeeded: line[at + 4])) }
        if count > 3 { symbols.append(UInt32(truncatingIfNeeded: line[at + 4] >> 32)) }
        return true
    }

    private mutating func insert(_ scalar: UInt32, _ result: CharacterMerges.Result?, at: Int) {
        for index in 0..<8 { slots[at + index] = 0 }
        slots[at] = UInt64(scalar)
        guard let result, (1...4).contains(result.symbols.count) else { return }
        slots[at] |= UInt64(result.symbols.count) << 32
        slots[at + 1] = result.forbiddenBefore
        slots[at + 2] = result.forbiddenBehind
        for (index, symbol) in result.symbols.enumerated() {
            slots[at + 3 + index / 2] |= UInt64(symbol) << UInt64(32 * (index & 1))
        }
    }
}
