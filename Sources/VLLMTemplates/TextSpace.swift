// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// White space as Python's `str.isspace` and `\s` understand it.
enum TextSpace {
    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
            0x3000:
            true
        default: false
        }
    }

    /// The number of bytes of white space at the start.
    static func leading(_ bytes: ArraySlice<UInt8>) -> Int {
        var count = 0
        while let width = spaceWidth(bytes[(bytes.startIndex + count)...]) { count += width }
        return count
    }

    /// The number of bytes without the white space at the end.
    static func trimmedEnd(_ bytes: ArraySlice<UInt8>) -> Int {
        var end = bytes.endIndex
        while end > bytes.startIndex {
            var start = end - 1
            while start > bytes.startIndex, bytes[start] & 0xC0 == 0x80 { start -= 1 }
            guard spaceWidth(bytes[start..<end]) == end - start else { break }
            end = start
        }
        return end - bytes.startIndex
    }

    /// Whether there is at least one byte and all are white space.
    static func isAllSpace(_ bytes: ArraySlice<UInt8>) -> Bool {
        !bytes.isEmpty && leading(bytes) == bytes.count
    }

    /// The width of the white space character at the start, or nil if there is another one.
    private static func spaceWidth(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = bytes.first else { return nil }
        if first < 0x80 { return isSpace(Unicode.Scalar(first)) ? 1 : nil }
        guard first >= 0xC2, first <= 0xE3 else { return nil }
        let width = first < 0xE0 ? 2 : 3
        guard bytes.count >= width else { return nil }
        var value = UInt32(first) & (width == 2 ? 0x1F : 0x0F)
        for byte in bytes.dropFirst().prefix(width - 1) { value = value << 6 | UInt32(byte & 0x3F) }
        guard let scalar = Unicode.Scalar(value), isSpace(scalar) else { return nil }
        return width
    }
}
