// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Walks through JSON text without building values, for the hundreds of thousands of strings in a vocabulary.
///
/// The text must have been checked to be UTF-8.
struct JSONCursor: ~Escapable {
    let text: Span<UInt8>
    private(set) var position = 0

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) {
        self.text = text
    }

    private func failure(_ expected: String) -> TokenizerError {
        let found = position < text.count ? String(UnicodeScalar(text[position])).debugDescription : "the end"
        return TokenizerError(
            Self.place(position, in: text), "malformed JSON", expected: expected, found: found)
    }

    /// How messages name a byte of a file.
    static func place(_ position: Int, in text: Span<UInt8>) -> String {
        var line = 1
        var start = 0
        for index in 0..<min(position, text.count) where text[index] == 0x0A {
            line += 1
            start = index + 1
        }
        return "byte \(position) (line \(line), column \(position - start + 1))"
    }

    /// Refuses text that is not UTF-8.
    static func checkUTF8(_ text: Span<UInt8>) throws(TokenizerError) {
        do {
            _ = try UTF8Span(validating: text)
        } catch {
            throw TokenizerError(place(error.byteOffsets.lowerBound, in: text), "the file is not UTF-8")
        }
    }

    /// Refuses anything but white space behind the value.
    mutating func expectEnd() throws(TokenizerError) {
        _ = peek()
        guard position == text.count else { throw failure("the end of the file") }
    }

    /// Skips white space and returns the next byte, or 0 at the end.
    mutating func peek() -> UInt8 {
        while position < text.count {
            let byte = text[position]
            if byte > 0x20 { return byte }
            position += 1
        }
        return 0
    }

    /// Reads one punctuation character.
    mutating func expect(_ byte: UInt8) throws(TokenizerError) {
        guard peek() == byte else { throw failure(String(UnicodeScalar(byte))) }
        position += 1
    }

    /// Calls `body` in front of each element of an array or each member of an object, until its end.
    ///
    /// For objects the body reads the key too.
    mutating func forEach(
        opening: UInt8, closing: UInt8, _ body: (inout JSONCursor) throws(TokenizerError) -> Void
    ) throws(TokenizerError) {
        try expect(opening)
        if peek() == closing {
            position += 1
            return
        }
        while true {
            try body(&self)
            let next = peek()
            position += 1
            if next == closing { return }
            guard next == UInt8(ascii: ",") else {
                position -= 1
                throw failure("a comma")
            }
        }
    }

    /// Reads a string and appends its bytes.
    mutating func string(into output: inout [UInt8]) throws(TokenizerError) {
        try expect(UInt8(ascii: "\""))
        var start = position
        while position < text.count {
            let byte = text[position]
            if byte == UInt8(ascii: "\"") {
                output.append(text, start..<position)
                position += 1
                return
            }
            if byte == UInt8(ascii: "\\") {
                output.append(text, start..<position)
                position += 1
                try escape(into: &output)
                start = position
            } else {
                guard byte >= 0x20 else { throw failure("no control character") }
                position += 1
            }
        }
        throw failure("the end of a string")
    }

    private mutating func escape(into output: inout [UInt8]) throws(TokenizerError) {
        guard position < text.count else { throw failure("an escape") }
        let letter = text[position]
        position += 1
        switch letter {
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(letter)
        case UInt8(ascii: "u"): output.appendUTF8(try codePoint())
        default: throw failure("an escape")
        }
    }

    /// Reads the digits of `\u`, with those of the other half of a pair; a lone half is U+FFFD.
    private mutating func codePoint() throws(TokenizerError) -> UInt32 {
        let first = try hexadecimal()
        guard (0xD800..<0xE000).contains(first) else { return first }
        guard first < 0xDC00, position + 1 < text.count, text[position] == UInt8(ascii: "\\"),
            text[position + 1] == UInt8(ascii: "u")
        else { return 0xFFFD }
        let start = position
        position += 2
        let second = try hexadecimal()
        guard (0xDC00..<0xE000).contains(second) else {
            position = start
            return 0xFFFD
        }
        return 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }

    private mutating func hexadecimal() throws(TokenizerError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < text.count, let digit = Character(UnicodeScalar(text[position])).hexDigitValue
            else {
                throw failure("four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    /// Reads the id of a token.
    mutating func id(of list: TokenList, at entry: Int) throws(TokenizerError) -> Int32 {
        var value = 0
        _ = peek()
        let start = position
        while position < text.count, Self.isNumeral(text[position]) {
            let digit = text[position]
            // More than an id may be, and then less than nothing that would overflow.
            let isDigit = digit >= 0x30 && digit <= 0x39
            value = isDigit && value <= TokenList.maximumID ? value * 10 + Int(digit - 0x30) : Int.max >> 8
            position += 1
        }
        guard position > start, value <= TokenList.maximumID else {
            throw TokenizerError(
                Self.place(start, in: text), "the id of the token \(list.text(entry)) is none",
                expected: "a whole number in 0...\(TokenList.maximumID)", found: shown(from: start))
        }
        return Int32(value)
    }

    /// The begin of a value, for messages.
    private func shown(from start: Int) -> String {
        var end = start
        while end < text.count, end - start < 40, !Self.endsScalar(text[end]), text[end] > 0x20 { end += 1 }
        return end == text.count && end == start
            ? "the end"
            : String(decoding: [UInt8](text, start..<max(end, min(start + 1, text.count))), as: UTF8.self)
    }

    /// Reads a number.
    mutating func number() throws(TokenizerError) -> Double {
        _ = peek()
        let start = position
        while position < text.count, position - start < 64, Self.isNumeral(text[position]) { position += 1 }
        let digits = String(decoding: [UInt8](text, start..<position), as: UTF8.self)
        guard let value = Double(digits) else { throw failure("a number") }
        return value
    }

    private static func isNumeral(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    /// Skips any value.
    mutating func skipValue() throws(TokenizerError) {
        var depth = 0
        repeat {
            let byte = peek()
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                position += 1
            case UInt8(ascii: "\""): try skipString()
            case UInt8(ascii: ","), UInt8(ascii: ":"): position += 1
            case 0: throw failure("a value")
            default:
                while position < text.count, text[position] > 0x20, !Self.endsScalar(text[position]) {
                    position += 1
                }
            }
        } while depth > 0
        if depth < 0 { throw failure("a value") }
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
            || byte == UInt8(ascii: ":")
    }

    private mutating func skipString() throws(TokenizerError) {
        position += 1
        while position < text.count, text[position] != UInt8(ascii: "\"") {
            position += text[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard position < text.count else { throw failure("the end of a string") }
        position += 1
    }
}
