// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Reads Base64: RFC 4648, section 4.
enum Base64 {
    /// The six bits of a character, or nil.
    static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    /// Decodes a part of a text with its padding; false if it is malformed.
    static func decode(_ bytes: Span<UInt8>, _ part: Range<Int>, into output: inout [UInt8]) -> Bool {
        output.removeAll(keepingCapacity: true)
        guard part.count % 4 == 0 else { return false }
        var end = part.upperBound
        while end > part.lowerBound, part.upperBound - end < 2, bytes[end - 1] == UInt8(ascii: "=") {
            end -= 1
        }
        var bits: UInt32 = 0
        var count = 0
        for position in part.lowerBound..<end {
            guard let value = value(bytes[position]) else { return false }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                output.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return true
    }
}
