// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension JSONWriter {
    /// Appends a string in quotes, with the escapes that JSON asks for and, if wanted, those beyond ASCII.
    public static func write(_ text: String, ensuresASCII: Bool = false, into output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        if ensuresASCII {
            for scalar in text.unicodeScalars { writeASCII(scalar, into: &output) }
        } else {
            writeUTF8(text, into: &output)
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func writeUTF8(_ text: String, into output: inout [UInt8]) {
        output.reserveCapacity(output.count + text.utf8.count + 1)
        for byte in text.utf8 {
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                output.append(byte)
            } else {
                writeEscape(UInt32(byte), into: &output)
            }
        }
    }

    private static func writeASCII(_ scalar: Unicode.Scalar, into output: inout [UInt8]) {
        switch scalar.value {
        case 0x22, 0x5C, 0..<0x20, 0x7F...0xFFFF:
            writeEscape(scalar.value, into: &output)
        case 0x10000...:
            let offset = scalar.value - 0x10000
            writeHex(0xD800 + offset >> 10, into: &output)
            writeHex(0xDC00 + offset & 0x3FF, into: &output)
        default:
            output.append(UInt8(truncatingIfNeeded: scalar.value))
        }
    }

    private static func writeEscape(_ value: UInt32, into output: inout [UInt8]) {
        let letter: UInt8
        switch value {
        case 0x22: letter = UInt8(ascii: "\"")
        case 0x5C: letter = UInt8(ascii: "\\")
        case 0x0A: letter = UInt8(ascii: "n")
        case 0x0D: letter = UInt8(ascii: "r")
        case 0x09: letter = UInt8(ascii: "t")
        case 0x08: letter = UInt8(ascii: "b")
        case 0x0C: letter = UInt8(ascii: "f")
        default:
            writeHex(value, into: &output)
            return
        }
        output.append(UInt8(ascii: "\\"))
        output.append(letter)
    }

    private static func writeHex(_ value: UInt32, into output: inout [UInt8]) {
        output.append(contentsOf: "\\u".utf8)
        for shift in [12, 8, 4, 0] as [UInt32] {
            let digit = UInt8(truncatingIfNeeded: value >> shift & 0xF)
            output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
