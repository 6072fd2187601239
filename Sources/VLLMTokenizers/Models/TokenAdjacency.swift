// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Knows which characters stand side by side in some token that merging makes.
///
/// Between two others a text can be cut without changing its tokens. Answers yes too often rather than too seldom: a
/// bit set by hash, apart from pairs of ASCII characters, which have bits of their own.
struct TokenAdjacency: Sendable {
    /// Two numbers for each ASCII character, with a bit for each that follows it.
    private var ascii = [UInt64](repeating: 0, count: 256)
    private var filter: [UInt64]
    private let shift: UInt64

    /// Creates an empty set for about so many pairs.
    init(capacity: Int) {
        var bits: UInt64 = 12
        while bits < 23, 1 << bits < 8 * capacity { bits += 1 }
        shift = 64 - bits
        filter = [UInt64](repeating: 0, count: 1 << Int(bits - 6))
    }

    /// Adds the pairs of a token.
    mutating func insert(_ text: Span<UInt8>, _ token: Range<Int>) {
        var last: UInt32?
        var position = token.lowerBound
        while position < token.upperBound {
            let next = text.scalar(at: position)
            if let last { insert(last, next.value) }
            last = next.value
            position += next.length
        }
    }

    private mutating func insert(_ first: UInt32, _ second: UInt32) {
        if first | second < 0x80 {
            ascii[Int(first << 1 | second >> 6)] |= 1 << UInt64(second & 63)
        } else {
            let bit = bit(first, second)
            filter[Int(bit >> 6)] |= 1 << (bit & 63)
        }
    }

    @inline(__always)
    private func bit(_ first: UInt32, _ second: UInt32) -> UInt64 {
        ((UInt64(first) << 32 | UInt64(second)) &* 0x9E37_79B9_7F4A_7C15) >> shift
    }

    /// Whether a token may have the two characters side by side.
    @inline(__always)
    func joins(_ first: UInt32, _ second: UInt32) -> Bool {
        if first | second < 0x80 {
            return ascii[Int(first << 1 | second >> 6)] >> UInt64(second & 63) & 1 != 0
        }
        let bit = bit(first, second)
        return filter[Int(bit >> 6)] >> (bit & 63) & 1 != 0
    }
}
