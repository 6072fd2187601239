// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Reads a string whose opening quote is at the current position.
    @inline(__always)
    mutating func string() throws(JSONError) -> String {
        offset += 1
        let start = offset
        skipPlain()
        if offset < count, byte(offset) == UInt8(ascii: "\"") {
            let text = slice(start, offset)
            offset += 1
            return text
        }
        return try stringWithEscapes(start)
    }

    /// Moves to the next quote, backslash or control byte, or to the end.
    @inline(__always)
    private mutating func skipPlain() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while offset + 8 <= count {
            let word = UInt64(
                littleEndian: unsafe bytes.bytes.unsafeLoadUnaligned(
                    fromUncheckedByteOffset: offset, as: UInt64.self))
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            // The lowest flagged byte is exact; bytes above it may be flagged wrongly and are not used.
            let flags =
                ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash
                    | (word &- ones &* 0x20) & ~word) & highs
            if flags != 0 {
                offset += flags.trailingZeroBitCount >> 3
                return
            }
            offset += 8
        }
        while offset < count {
            let next = byte(offset)
            if next == 0x22 || next == 0x5C || next < 0x20 { return }
            offset += 1
        }
    }

    /// Copies a range that starts and ends between code points.
    @inline(__always)
    private func slice(_ start: Int, _ end: Int) -> String {
        if start == end { return "" }
        // The whole document was validated, and both ends lie next to ASCII bytes.
        let span = unsafe bytes.extracting(unchecked: start..<end)
        return String(copying: unsafe UTF8Span(unchecked: span))
    }

    private mutating func stringWithEscapes(_ start: Int) throws(JSONError) -> String {
        var text = slice(start, offset)
        while offset < count {
            switch byte(offset) {
            case UInt8(ascii: "\""):
                offset += 1
                return text
            case UInt8(ascii: "\\"):
                text.unicodeScalars.append(try escape())
            case 0..<0x20:
                throw unexpected("a string without control characters (they must be escaped)")
            default:
                let start = offset
                skipPlain()
                text += slice(start, offset)
            }
        }
        throw unexpected("'\"' at the end of a string")
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        offset += 1
        let letter = current
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            offset += 1
            return Unicode.Scalar(letter)
        case UInt8(ascii: "n"): return simple("\n")
        case UInt8(ascii: "t"): return simple("\t")
        case UInt8(ascii: "r"): return simple("\r")
        case UInt8(ascii: "b"): return simple("\u{8}")
        case UInt8(ascii: "f"): return simple("\u{C}")
        case UInt8(ascii: "u"):
            offset += 1
            return try unicodeEscape()
        default:
            throw unexpected("an escape: one of \" \\ / b f n r t u")
        }
    }

    private mutating func simple(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        offset += 1
        return scalar
    }

    /// Reads four digits, and the second half of a surrogate pair if it follows.
    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let first = try hexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let isHigh = first < 0xDC00
        guard isHigh, offset + 1 < count, byte(offset) == UInt8(ascii: "\\"),
            byte(offset + 1) == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let afterFirst = offset
        offset += 2
        let second = try hexDigits()
        if (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        {
            return scalar
        }
        // The second escape stands for itself and is read again.
        offset = afterFirst
        return "\u{FFFD}"
    }

    private mutating func hexDigits() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(current)).hexDigitValue, current < 0x80 else {
                throw unexpected("four hexadecimal digits after \\u")
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }
}
