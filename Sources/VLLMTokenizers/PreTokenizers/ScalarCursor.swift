// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Reads code points with their classes from a text that is scanned for words.
struct ScalarCursor: ~Escapable {
    /// A code point: its first byte, its `ScalarClass` and how many bytes it takes.
    struct Element {
        var byte: UInt8
        var classes: UInt8
        var length: Int
    }

    private let text: Span<UInt8>
    /// Where the scanned part ends: for a pattern the end of the text.
    let end: Int
    private let classes: Span<UInt8>

    @_lifetime(copy text, copy classes)
    init(text: Span<UInt8>, end: Int, classes: Span<UInt8>) {
        self.text = text
        self.end = end
        self.classes = classes
    }

    /// Decodes the code point at a position before the end.
    @inline(__always)
    func scalar(at position: Int) -> Element {
        let byte = text[position]
        if byte < 0x80 { return Element(byte: byte, classes: classes[Int(byte)], length: 1) }
        let scalar = text.scalar(at: position)
        if scalar.value < UnicodeProperties.flatCount {
            return Element(byte: byte, classes: classes[Int(scalar.value)], length: scalar.length)
        }
        let beyond = UnicodeProperties.shared.classBeyondTable(scalar.value)
        return Element(byte: byte, classes: beyond, length: scalar.length)
    }

    /// Skips code points of any of the classes.
    @inline(__always)
    func skip(from start: Int, while mask: UInt8) -> Int {
        var position = start
        while position < end {
            let next = scalar(at: position)
            if next.classes & mask == 0 { break }
            position += next.length
        }
        return position
    }

    /// Skips some code points of any of the classes.
    @inline(__always)
    func skip(from start: Int, while mask: UInt8, atMost limit: Int) -> Int {
        var position = start
        var count = 0
        while position < end, count < limit {
            let next = scalar(at: position)
            if next.classes & mask == 0 { break }
            position += next.length
            count += 1
        }
        return position
    }

    /// Skips code points of none of the classes.
    @inline(__always)
    func skip(from start: Int, until mask: UInt8) -> Int {
        var position = start
        while position < end {
            let next = scalar(at: position)
            if next.classes & mask != 0 { break }
            position += next.length
        }
        return position
    }

    /// Skips carriage returns and line feeds.
    @inline(__always)
    func skipNewlines(from start: Int) -> Int {
        var position = start
        while position < end, text[position] == 0x0A || text[position] == 0x0D { position += 1 }
        return position
    }

    /// Ends a run of white space: `\s*[\r\n]+` if `newlinesEndIt`, then `\s+(?!\S)`, then `\s+`.
    func whitespace(from start: Int, newlinesEndIt: Bool) -> Int {
        var position = start
        var last = start
        var newlineEnd = start
        while position < end {
            let next = scalar(at: position)
            if next.classes & ScalarClass.whitespace.rawValue == 0 { break }
            last = position
            position += next.length
            if next.byte == 0x0A || next.byte == 0x0D { newlineEnd = position }
        }
        if newlinesEndIt, newlineEnd > start { return newlineEnd }
        // The last one is left to the word that follows, unless it is the only one.
        return position == end || last == start ? position : last
    }

    /// Returns the end of `s`, `t`, `re`, `ve`, `m`, `ll` or `d` at a position, or nil if none is there.
    ///
    /// Ignoring case, U+017F is an `s`.
    func contraction(after start: Int, ignoringCase: Bool) -> Int? {
        guard start < end else { return nil }
        let fold: UInt8 = ignoringCase ? 0x20 : 0
        let first = text[start] | (text[start] < 0x80 ? fold : 0)
        switch first {
        case 0x73, 0x74, 0x6D, 0x64:  // s t m d
            return start + 1
        case 0x72, 0x76, 0x6C:  // r v l
            guard start + 1 < end else { return nil }
            let second = text[start + 1] | (text[start + 1] < 0x80 ? fold : 0)
            return second == (first == 0x6C ? 0x6C : 0x65) ? start + 2 : nil
        case 0xC5:
            return ignoringCase && start + 1 < end && text[start + 1] == 0xBF ? start + 2 : nil
        default:
            return nil
        }
    }
}
