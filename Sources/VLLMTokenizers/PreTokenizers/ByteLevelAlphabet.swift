// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// GPT-2's alphabet of 256 printable characters, one a byte.
///
/// Printable Latin-1 characters stand for themselves; the other bytes take U+0100, U+0101, ... in order.
enum ByteLevelAlphabet {
    /// The character of every byte.
    static let scalars: [UInt32] = {
        var next: UInt32 = 0x100
        return (UInt32(0)...255).map { byte in
            if (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE { return byte }
            defer { next += 1 }
            return next
        }
    }()

    /// The byte of every character below U+0144, or −1.
    static let bytes: [Int16] = {
        var bytes = [Int16](repeating: -1, count: 0x144)
        for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar)] = Int16(byte) }
        return bytes
    }()

    /// Appends the bytes that a token stands for; false, with nothing appended, if a character is not of the
    /// alphabet.
    static func appendBytes(of token: Span<UInt8>, _ range: Range<Int>, to output: inout [UInt8]) -> Bool {
        var position = range.lowerBound
        while position < range.upperBound, token[position] > 0x20, token[position] < 0x7F { position += 1 }
        output.append(token, range.lowerBound..<position)
        if position == range.upperBound { return true }
        let count = output.count - (position - range.lowerBound)
        let table = bytes
        while position < range.upperBound {
            let scalar = token.scalar(at: position)
            guard scalar.value < 0x144, table[Int(scalar.value)] >= 0 else {
                output.removeLast(output.count - count)
                return false
            }
            output.append(UInt8(truncatingIfNeeded: table[Int(scalar.value)]))
            position += scalar.length
        }
        return true
    }

    /// Appends the characters of bytes.
    static func appendCharacters(of bytes: Span<UInt8>, _ range: Range<Int>, to output: inout [UInt8]) {
        let table = scalars
        for position in range { output.appendUTF8(table[Int(bytes[position])]) }
    }
}
