// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import VLLMJSON

/// An immutable string whose positions are code points, as in Python.
///
/// ASCII strings are indexed directly. Others remember the byte offset of every 64th code point once the
/// first position is asked for, so that indexing in a loop is not quadratic.
final class Text: Sendable {
    /// The distance between remembered positions in code points.
    private static let stride = 64

    let string: String
    /// Whether every character is one byte.
    let isASCII: Bool
    /// Whether this is marked as safe HTML, so that what is added to it gets escaped.
    let isMarkup: Bool

    /// Where code points lie in a string that is not ASCII.
    private struct Marks {
        /// The number of code points, or −1 while unknown.
        var count = -1
        /// Byte offsets of the code points 0, 64, 128, …
        var offsets: [Int] = []
    }

    private let marks = Mutex(Marks())

    init(_ string: String, isMarkup: Bool = false) {
        self.string = string
        self.isMarkup = isMarkup
        isASCII = string.utf8Span.isKnownASCII
    }

    static let empty = Text("")

    /// The number of bytes.
    var size: Int { string.utf8.count }

    /// The number of code points.
    var count: Int {
        if isASCII { return size }
        return withMarks { $0.count }
    }

    var isEmpty: Bool { string.isEmpty }

    /// The same characters, marked as safe or not.
    func marked(_ isMarkup: Bool) -> Text {
        isMarkup == self.isMarkup ? self : Text(string, isMarkup: isMarkup)
    }

    private func withMarks<Result>(_ body: (Marks) -> Result) -> Result {
        marks.withLock { marks in
            if marks.count < 0 { marks = Self.scan(string) }
            return body(marks)
        }
    }

    private static func scan(_ string: String) -> Marks {
        var marks = Marks()
        var count = 0
        var offset = 0
        for byte in string.utf8 {
            if byte & 0xC0 != 0x80 {
                if count % stride == 0 { marks.offsets.append(offset) }
                count += 1
            }
            offset += 1
        }
        marks.count = count
        return marks
    }

    /// The byte at which a code point begins; the count gives the end of the string.
    func offset(of position: Int) -> Int {
        if isASCII { return min(position, size) }
        let start: Int? = withMarks { marks in
            position >= marks.count ? nil : marks.offsets[position / Self.stride]
        }
        guard var offset = start else { return size }
        let bytes = string.utf8Span.span
        var left = position % Self.stride
        while left > 0 {
            offset += Self.width(bytes[offset])
            left -= 1
        }
        return offset
    }

    /// The number of code points before a byte offset that lies between code points.
    func position(ofByte target: Int) -> Int {
        if isASCII { return target }
        let (block, start) = withMarks { marks in
            var low = 0
            var high = marks.offsets.count
            while low < high {
                let middle = (low + high) / 2
                if marks.offsets[middle] <= target { low = middle + 1 } else { high = middle }
            }
            return low == 0 ? (0, 0) : (low - 1, marks.offsets[low - 1])
        }
        let bytes = string.utf8Span.span
        var offset = start
        var position = block * Self.stride
        while offset < target {
            offset += Self.width(bytes[offset])
            position += 1
        }
        return position
    }

    /// The number of bytes of the code point that begins with a byte.
    private static func width(_ lead: UInt8) -> Int {
        lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    }

    /// The characters between two byte offsets.
    func bytes(_ start: Int, _ end: Int) -> Text {
        if start == 0, end == size { return self }
        if start >= end { return isMarkup ? Text("", isMarkup: true) : .empty }
        return Text(Self.copy(string.utf8Span.span.extracting(start..<end)), isMarkup: isMarkup)
    }

    /// A string with the given bytes; the empty string if they are not UTF-8, which slices of a string are.
    static func copy(_ bytes: Span<UInt8>) -> String {
        guard let valid = try? UTF8Span(validating: bytes) else { return "" }
        return String(copying: valid)
    }

    /// The code points between two positions.
    func slice(_ start: Int, _ end: Int) -> Text {
        bytes(offset(of: start), offset(of: end))
    }

    /// The code point at a position that is inside the string.
    func character(_ position: Int) -> Text {
        let start = offset(of: position)
        return bytes(start, min(size, start + Self.width(string.utf8Span.span[start])))
    }

    /// Every code point as a string of its own, which is not marked as safe.
    func characters() -> [Value] {
        string.unicodeScalars.map { .text(String($0)) }
    }
}

extension Text: Equatable {
    static func == (left: Text, right: Text) -> Bool {
        left === right || StringBytes.equal(left.string, right.string)
    }

    /// Whether the code points come before those of another string, which is the order of the bytes.
    static func < (left: Text, right: Text) -> Bool {
        let a = left.string.utf8Span.span
        let b = right.string.utf8Span.span
        for index in 0..<min(a.count, b.count) where a[index] != b[index] { return a[index] < b[index] }
        return a.count < b.count
    }
}
