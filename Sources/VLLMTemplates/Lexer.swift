// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Cuts a template into tokens, with `trim_blocks` and `lstrip_blocks` on.
struct Lexer {
    private let bytes: [UInt8]
    private var offset = 0
    private var line = 1
    private var tokens: [Token] = []
    /// Whether what was read last ended a line.
    private var isAtLineStart = true

    /// Splits a template; line ends become line feeds and one at the end is dropped.
    static func tokenize(_ source: String) throws(TemplateError) -> [Token] {
        var lexer = Lexer(bytes: normalize(source))
        try lexer.run()
        return lexer.tokens
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private static func normalize(_ source: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.utf8.count)
        var afterReturn = false
        for byte in source.utf8 {
            if byte == 0x0A, afterReturn {
                afterReturn = false
                continue
            }
            afterReturn = byte == 0x0D
            bytes.append(afterReturn ? 0x0A : byte)
        }
        if bytes.last == 0x0A { bytes.removeLast() }
        return bytes
    }

    // MARK: - Text between tags

    private mutating func run() throws(TemplateError) {
        while offset < bytes.count {
            guard let tag = nextTag() else {
                emitData(offset, bytes.count)
                offset = bytes.count
                break
            }
            try readTag(tag)
        }
        tokens.append(Token(kind: .end, line: line))
    }

    /// Where the next tag begins: a brace and one of `{`, `%` and `#`.
    private func nextTag() -> Int? {
        var index = offset
        while index + 1 < bytes.count {
            if bytes[index] == UInt8(ascii: "{"), "{%#".utf8.contains(bytes[index + 1]) { return index }
            index += 1
        }
        return nil
    }

    private mutating func readTag(_ tag: Int) throws(TemplateError) {
        let kind = bytes[tag + 1]
        var after = tag + 2
        var sign: UInt8 = 0
        if after < bytes.count, bytes[after] == UInt8(ascii: "-") || bytes[after] == UInt8(ascii: "+") {
            sign = bytes[after]
            after += 1
        }
        emitData(offset, strippedEnd(offset, tag, sign, isVariable: kind == UInt8(ascii: "{")))
        line += newlines(in: tokenEnd..<tag)
        isAtLineStart = false
        offset = after
        switch kind {
        case UInt8(ascii: "{"):
            tokens.append(Token(kind: .variableBegin, line: line))
            try readCode(isBlock: false)
        case UInt8(ascii: "#"):
            try skipComment()
        default:
            if try readRaw() { return }
            tokens.append(Token(kind: .blockBegin, line: line))
            try readCode(isBlock: true)
        }
    }

    /// The end of the data that was emitted last.
    private var tokenEnd = 0

    private mutating func emitData(_ start: Int, _ end: Int) {
        tokenEnd = max(start, end)
        guard start < end else { return }
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        tokens.append(Token(kind: .data(text), line: line))
        line += newlines(in: start..<end)
    }

    /// Where data ends that stands before a tag with a sign.
    private func strippedEnd(_ start: Int, _ end: Int, _ sign: UInt8, isVariable: Bool) -> Int {
        if sign == UInt8(ascii: "-") {
            return start + TextSpace.trimmedEnd(bytes[start..<end])
        }
        if sign == UInt8(ascii: "+") || isVariable { return end }
        let lineStart = bytes[start..<end].lastIndex(of: 0x0A).map { $0 + 1 }
        guard lineStart != nil || isAtLineStart else { return end }
        let from = lineStart ?? start
        return TextSpace.isAllSpace(bytes[from..<end]) ? from : end
    }

    private func newlines(in range: Range<Int>) -> Int {
        range.isEmpty ? 0 : bytes[range].reduce(0) { $1 == 0x0A ? $0 + 1 : $0 }
    }

    /// Skips the white space after an end tag with a minus.
    private mutating func skipSpace() {
        let end = offset + TextSpace.leading(bytes[offset...])
        line += newlines(in: offset..<end)
        if end > offset { isAtLineStart = bytes[end - 1] == 0x0A }
        offset = end
    }

    /// Skips the first line feed after a block or a comment.
    private mutating func skipNewline() {
        guard offset < bytes.count, bytes[offset] == 0x0A else { return }
        offset += 1
        line += 1
        isAtLineStart = true
    }

    private func starts(with text: String, at position: Int) -> Bool {
        bytes[min(position, bytes.count)...].starts(with: text.utf8)
    }

    private mutating func skipComment() throws(TemplateError) {
        let start = offset
        while offset < bytes.count {
            let sign = bytes[offset]
            let hasSign = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
            if starts(with: "#}", at: hasSign ? offset + 1 : offset) {
                line += newlines(in: start..<offset)
                offset += hasSign ? 3 : 2
                isAtLineStart = false
                if !hasSign { skipNewline() }
                if sign == UInt8(ascii: "-") { skipSpace() }
                return
            }
            offset += 1
        }
        throw failure("Missing end of comment tag")
    }

    /// Reads a raw section if one begins here, after `{%` and its sign.
    private mutating func readRaw() throws(TemplateError) -> Bool {
        var position = offset + TextSpace.leading(bytes[offset...])
        guard starts(with: "raw", at: position) else { return false }
        position += 3
        position += TextSpace.leading(bytes[position...])
        let hasMinus = starts(with: "-%}", at: position)
        guard hasMinus || starts(with: "%}", at: position) else { return false }
        line += newlines(in: offset..<position)
        offset = position + (hasMinus ? 3 : 2)
        if hasMinus { skipSpace() }
        let start = offset
        while offset < bytes.count {
            if try endRaw(start) { return true }
            offset += 1
        }
        throw failure("Missing end of raw directive")
    }

    private mutating func endRaw(_ start: Int) throws(TemplateError) -> Bool {
        guard starts(with: "{%", at: offset) else { return false }
        var position = offset + 2
        var sign: UInt8 = 0
        if position < bytes.count,
            bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+")
        {
            sign = bytes[position]
            position += 1
        }
        position += TextSpace.leading(bytes[min(position, bytes.count)...])
        guard starts(with: "endraw", at: position) else { return false }
        position += 6
        position += TextSpace.leading(bytes[min(position, bytes.count)...])
        let endSign = position < bytes.count ? bytes[position] : 0
        let hasSign = endSign == UInt8(ascii: "-") || endSign == UInt8(ascii: "+")
        guard starts(with: "%}", at: hasSign ? position + 1 : position) else { return false }
        let tag = offset
        emitData(start, strippedEnd(start, tag, sign, isVariable: false))
        line += newlines(in: tokenEnd..<position)
        offset = position + (hasSign ? 3 : 2)
        isAtLineStart = false
        if !hasSign { skipNewline() }
        if endSign == UInt8(ascii: "-") { skipSpace() }
        return true
    }

    func failure(_ message: String) -> TemplateError {
        TemplateError(kind: .syntax, message: message, line: line)
    }

    // MARK: - Code inside tags

    private mutating func readCode(isBlock: Bool) throws(TemplateError) {
        var open: [UInt8] = []
        let close = isBlock ? "%}" : "}}"
        while true {
            let before = offset
            offset += TextSpace.leading(bytes[offset...])
            line += newlines(in: before..<offset)
            guard offset < bytes.count else { return }
            if open.isEmpty, readEnd(close, isBlock: isBlock) { return }
            try readToken(&open)
        }
    }

    private mutating func readEnd(_ close: String, isBlock: Bool) -> Bool {
        let sign = bytes[offset]
        let hasMinus = sign == UInt8(ascii: "-")
        let hasSign = hasMinus || (isBlock && sign == UInt8(ascii: "+"))
        guard starts(with: close, at: hasSign ? offset + 1 : offset) else { return false }
        tokens.append(Token(kind: isBlock ? .blockEnd : .variableEnd, line: line))
        offset += hasSign ? 3 : 2
        isAtLineStart = false
        if isBlock, !hasSign { skipNewline() }
        if hasMinus { skipSpace() }
        return true
    }

    private mutating func readToken(_ open: inout [UInt8]) throws(TemplateError) {
        let byte = bytes[offset]
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): try readNumber()
        case UInt8(ascii: "'"), UInt8(ascii: "\""): try readString(byte)
        case UInt8(ascii: "_"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            0x80...:
            try readName()
        default: try readOperator(&open)
        }
    }

    private mutating func readName() throws(TemplateError) {
        let rest = bytes[offset...]
        let end = rest.firstIndex { !Self.isNameByte($0) } ?? bytes.count
        let name = String(decoding: bytes[offset..<end], as: UTF8.self)
        let isName = name.unicodeScalars.allSatisfy { $0 == "_" || $0.properties.isXIDContinue }
        guard isName, let first = name.unicodeScalars.first, first == "_" || first.properties.isXIDStart
        else {
            throw failure("Invalid character in identifier")
        }
        tokens.append(Token(kind: .name(name), line: line))
        offset = end
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte >= 0x80 || isDigit(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private mutating func readOperator(_ open: inout [UInt8]) throws(TemplateError) {
        for symbol in ["//", "**", "==", "!=", ">=", "<="] where starts(with: symbol, at: offset) {
            tokens.append(Token(kind: .symbol(symbol), line: line))
            offset += 2
            return
        }
        let byte = bytes[offset]
        let character = String(Unicode.Scalar(byte))
        switch byte {
        case UInt8(ascii: "{"): open.append(UInt8(ascii: "}"))
        case UInt8(ascii: "("): open.append(UInt8(ascii: ")"))
        case UInt8(ascii: "["): open.append(UInt8(ascii: "]"))
        case UInt8(ascii: "}"), UInt8(ascii: ")"), UInt8(ascii: "]"):
            guard let expected = open.popLast() else { throw failure("unexpected '\(character)'") }
            if expected != byte {
                let wanted = String(Unicode.Scalar(expected))
                throw failure("unexpected '\(character)', expected '\(wanted)'")
            }
        default:
            guard "+-/*%~<>=.:|,;".utf8.contains(byte) else {
                throw failure("unexpected char '\(character)' at \(offset)")
            }
        }
        tokens.append(Token(kind: .symbol(character), line: line))
        offset += 1
    }

    // MARK: - Numbers and strings

    private mutating func readNumber() throws(TemplateError) {
        if let end = floatEnd() {
            let text = String(decoding: bytes[offset..<end].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
            tokens.append(Token(kind: .float(Double(text) ?? .infinity), line: line))
            offset = end
            return
        }
        let (radix, start) = radixPrefix()
        var end = start
        var digits: [UInt8] = []
        while end < bytes.count {
            let isSeparator = bytes[end] == UInt8(ascii: "_")
            let place = isSeparator ? end + 1 : end
            if isSeparator, digits.isEmpty, radix == 10 { break }
            guard place < bytes.count, let digit = Character(Unicode.Scalar(bytes[place])).hexDigitValue,
                bytes[place] < 0x80, digit < radix
            else { break }
            // A decimal number that begins with 0 has no other digits.
            if radix == 10, digits.first == UInt8(ascii: "0"), digit != 0 { break }
            digits.append(bytes[place])
            end = place + 1
        }
        guard let value = Int128(String(decoding: digits, as: UTF8.self), radix: radix) else {
            throw failure("integer literal does not fit 128 bits")
        }
        tokens.append(Token(kind: .integer(value), line: line))
        offset = end
    }

    private func radixPrefix() -> (radix: Int, start: Int) {
        guard bytes[offset] == UInt8(ascii: "0"), offset + 2 < bytes.count else { return (10, offset) }
        let radix: Int
        switch bytes[offset + 1] | 0x20 {
        case UInt8(ascii: "b"): radix = 2
        case UInt8(ascii: "o"): radix = 8
        case UInt8(ascii: "x"): radix = 16
        default: return (10, offset)
        }
        let first = bytes[offset + 2] == UInt8(ascii: "_") ? offset + 3 : offset + 2
        guard first < bytes.count, bytes[first] < 0x80,
            let digit = Character(Unicode.Scalar(bytes[first])).hexDigitValue, digit < radix
        else { return (10, offset) }
        return (radix, offset + 2)
    }

    /// The end of the floating-point number that begins here, or nil if there is none.
    private func floatEnd() -> Int? {
        if offset > 0, bytes[offset - 1] == UInt8(ascii: ".") { return nil }
        guard var end = digitsEnd(offset) else { return nil }
        var isFloat = false
        if end < bytes.count, bytes[end] == UInt8(ascii: "."), let fraction = digitsEnd(end + 1) {
            end = fraction
            isFloat = true
        }
        if end < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "e") {
            var exponent = end + 1
            if exponent < bytes.count, "+-".utf8.contains(bytes[exponent]) { exponent += 1 }
            if let exponentEnd = digitsEnd(exponent) {
                end = exponentEnd
                isFloat = true
            }
        }
        return isFloat ? end : nil
    }

    /// The end of digits with single underscores between them.
    private func digitsEnd(_ start: Int) -> Int? {
        var end = start
        while end < bytes.count {
            if Self.isDigit(bytes[end]) {
                end += 1
            } else if bytes[end] == UInt8(ascii: "_"), end > start, end + 1 < bytes.count,
                Self.isDigit(bytes[end + 1])
            {
                end += 2
            } else {
                break
            }
        }
        return end > start ? end : nil
    }

    private mutating func readString(_ quote: UInt8) throws(TemplateError) {
        var end = offset + 1
        while end < bytes.count, bytes[end] != quote {
            end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard end < bytes.count else { throw failure("unexpected char \(String(Unicode.Scalar(quote)))") }
        var escapes = StringEscapes(bytes: bytes[(offset + 1)..<end])
        guard let text = escapes.decode() else { throw failure("invalid escape in a string") }
        tokens.append(Token(kind: .string(text), line: line))
        line += newlines(in: offset..<end)
        offset = end + 1
    }
}
