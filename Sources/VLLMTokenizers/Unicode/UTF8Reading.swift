// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A code point and how many bytes it took.
struct DecodedScalar {
    var value: UInt32
    var length: Int
}

extension Span<UInt8> {
    /// Decodes the code point that starts at a position of valid UTF-8.
    @inline(__always)
    func scalar(at position: Int) -> DecodedScalar {
        let first = UInt32(self[position])
        if first < 0x80 { return DecodedScalar(value: first, length: 1) }
        let second = UInt32(self[position + 1] & 0x3F)
        if first < 0xE0 { return DecodedScalar(value: (first & 0x1F) << 6 | second, length: 2) }
        let third = UInt32(self[position + 2] & 0x3F)
        if first < 0xF0 {
            return DecodedScalar(value: (first & 0x0F) << 12 | second << 6 | third, length: 3)
        }
        let fourth = UInt32(self[position + 3] & 0x3F)
        let value = (first & 0x07) << 18 | second << 12 | third << 6 | fourth
        return DecodedScalar(value: value, length: 4)
    }

    /// Decodes the code point that ends before a position of valid UTF-8.
    func scalar(before position: Int) -> DecodedScalar {
        var start = position - 1
        while start > 0, self[start] & 0xC0 == 0x80 { start -= 1 }
        return scalar(at: start)
    }
}

extension [UInt8] {
    /// Appends a code point as UTF-8.
    mutating func appendUTF8(_ scalar: UInt32) {
        switch scalar {
        case ..<0x80:
            append(UInt8(scalar))
        case ..<0x800:
            append(UInt8(0xC0 | scalar >> 6))
            append(UInt8(0x80 | scalar & 0x3F))
        case ..<0x10000:
            append(UInt8(0xE0 | scalar >> 12))
            append(UInt8(0x80 | scalar >> 6 & 0x3F))
            append(UInt8(0x80 | scalar & 0x3F))
        default:
            append(UInt8(0xF0 | scalar >> 18))
            append(UInt8(0x80 | scalar >> 12 & 0x3F))
            append(UInt8(0x80 | scalar >> 6 & 0x3F))
            append(UInt8(0x80 | scalar & 0x3F))
        }
    }

    /// Appends a part of other bytes.
    @inline(__always)
    mutating func append(_ text: Span<UInt8>, _ range: Range<Int>) {
        unsafe text.extracting(range).withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Creates a copy of a part of other bytes.
    init(_ text: Span<UInt8>, _ range: Range<Int>) {
        self = []
        reserveCapacity(range.count)
        append(text, range)
    }
}
