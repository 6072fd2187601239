// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Hashes and compares short runs of bytes, eight at a time.
enum ByteHash {
    /// Loads eight bytes; the caller has checked that they are there.
    @inline(__always)
    static func word(_ text: Span<UInt8>, _ position: Int) -> UInt64 {
        unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
    }

    /// Loads up to seven bytes as a number, the first lowest.
    @inline(__always)
    static func tail(_ text: Span<UInt8>, _ position: Int, count: Int) -> UInt64 {
        if count == 0 { return 0 }
        if position + 8 <= text.count {
            return word(text, position) & (UInt64(1) << UInt64(count * 8) - 1)
        }
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(text[position + index]) << UInt64(index * 8) }
        return value
    }

    /// Mixes a word into a hash.
    @inline(__always)
    static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }

    /// Hashes a range.
    static func hash(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: range.count) &* 0xA076_1D64_78BD_642F ^ 0xE703_7ED1_A0B4_28DB
        var position = range.lowerBound
        while position + 8 <= range.upperBound {
            hash = mix(hash, word(text, position))
            position += 8
        }
        return mix(hash, tail(text, position, count: range.upperBound - position))
    }

    /// Whether two runs of the same length are equal.
    static func equal(_ a: Span<UInt8>, _ aStart: Int, _ b: Span<UInt8>, _ bStart: Int, count: Int) -> Bool {
        var index = 0
        while index + 8 <= count {
            if word(a, aStart + index) != word(b, bStart + index) { return false }
            index += 8
        }
        return tail(a, aStart + index, count: count - index) == tail(b, bStart + index, count: count - index)
    }
}
