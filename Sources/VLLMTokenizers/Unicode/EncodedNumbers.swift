// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Reads the numbers of a generated table: little-endian base-32 digits in the characters `0`...`o`.
///
/// Text is used because array literals of this size take seconds to compile.
struct EncodedNumbers {
    private let text: [UInt8]
    private var position = 0

    init(_ text: StaticString) {
        self.text = text.withUTF8Buffer { unsafe Array($0) }
    }

    /// Returns the next number, or nil after the last.
    mutating func next() -> UInt32? {
        var value: UInt32 = 0
        var shift: UInt32 = 0
        while position < text.count {
            let byte = text[position]
            position += 1
            guard byte >= 0x30 else { continue }
            let digit = UInt32(byte - 0x30)
            value |= (digit & 31) << shift
            shift += 5
            if digit < 32 { return value }
        }
        return nil
    }

    /// Returns the next number, whose lowest bit says that it is the complement of the rest.
    mutating func nextSigned() -> Int32? {
        guard let value = next() else { return nil }
        return value & 1 == 0 ? Int32(value >> 1) : -Int32(value >> 1) - 1
    }
}
