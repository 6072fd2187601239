// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Turns bytes into UTF-8, each maximal part of an ill-formed sequence becoming U+FFFD: The Unicode Standard
/// 16.0, section 3.9, table 3-7 and "Substitution of Maximal Subparts".
enum UTF8Repair {
    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    /// Moves repaired text from `bytes` to `output`; unless `isFinal`, a sequence that more bytes may
    /// complete stays.
    static func move(_ bytes: inout [UInt8], isFinal: Bool, to output: inout [UInt8]) {
        var position = 0
        var copied = 0
        let count = bytes.count
        while position < count {
            if bytes[position] < 0x80 {
                position += 1
                continue
            }
            let sequence = sequence(in: bytes, at: position)
            if sequence.isComplete {
                position += sequence.length
                continue
            }
            if !isFinal, position + sequence.length == count, sequence.mayContinue { break }
            output.append(contentsOf: bytes[copied..<position])
            output.append(contentsOf: replacement)
            position += sequence.length
            copied = position
        }
        output.append(contentsOf: bytes[copied..<position])
        if position == count {
            bytes.removeAll(keepingCapacity: true)
        } else {
            bytes.removeFirst(position)
        }
    }

    /// Whether bytes are well-formed UTF-8.
    static func isValid(_ bytes: [UInt8]) -> Bool {
        var position = 0
        while position < bytes.count {
            let sequence =
                bytes[position] < 0x80
                ? Sequence(length: 1, isComplete: true) : sequence(in: bytes, at: position)
            guard sequence.isComplete else { return false }
            position += sequence.length
        }
        return true
    }

    /// What stands at a position: how many bytes belong together.
    private struct Sequence {
        var length: Int
        var isComplete = false
        var mayContinue = false
    }

    /// Reads a sequence whose first byte is not ASCII.
    private static func sequence(in bytes: [UInt8], at start: Int) -> Sequence {
        let first = bytes[start]
        let length: Int
        var range: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if first == 0xE0 { range = 0xA0...0xBF }
            if first == 0xED { range = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            if first == 0xF0 { range = 0x90...0xBF }
            if first == 0xF4 { range = 0x80...0x8F }
        default: return Sequence(length: 1)
        }
        for offset in 1..<length {
            guard start + offset < bytes.count else { return Sequence(length: offset, mayContinue: true) }
            guard range.contains(bytes[start + offset]) else { return Sequence(length: offset) }
            range = 0x80...0xBF
        }
        return Sequence(length: length, isComplete: true)
    }
}
