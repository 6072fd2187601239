// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Decodes the escapes of a string literal as Python does; unknown ones stay as they are.
struct StringEscapes {
    private let bytes: [UInt8]
    private var offset = 0
    private var result: [UInt8] = []

    init(bytes: ArraySlice<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// The string, or nil if an escape is cut short.
    mutating func decode() -> String? {
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            if byte != UInt8(ascii: "\\") {
                result.append(byte)
            } else if !decodeEscape() {
                return nil
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private mutating func decodeEscape() -> Bool {
        guard offset < bytes.count else { return false }
        let letter = bytes[offset]
        offset += 1
        switch letter {
        case 0x0A: break
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): result.append(letter)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "a"): result.append(0x07)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "v"): result.append(0x0B)
        case UInt8(ascii: "x"): return appendHex(2)
        case UInt8(ascii: "u"): return appendHex(4)
        case UInt8(ascii: "U"): return appendHex(8)
        case UInt8(ascii: "N"): return false
        case UInt8(ascii: "0")...UInt8(ascii: "7"): appendOctal(letter)
        default: result += [UInt8(ascii: "\\"), letter]
        }
        return true
    }

    private mutating func appendHex(_ digits: Int) -> Bool {
        guard offset + digits <= bytes.count else { return false }
        var value: UInt32 = 0
        for byte in bytes[offset..<(offset + digits)] {
            guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return false }
            value = value << 4 | UInt32(digit)
        }
        offset += digits
        guard value <= 0x10FFFF else { return false }
        append(value)
        return true
    }

    private mutating func appendOctal(_ first: UInt8) {
        var value = UInt32(first - UInt8(ascii: "0"))
        for _ in 0..<2 {
            guard offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(bytes[offset]) else {
                break
            }
            value = value * 8 + UInt32(bytes[offset] - UInt8(ascii: "0"))
            offset += 1
        }
        append(value)
    }

    private mutating func append(_ value: UInt32) {
        // A lone surrogate cannot be written as UTF-8.
        let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
        result.append(contentsOf: Character(scalar).utf8)
    }
}
