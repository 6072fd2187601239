// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Rewrites a regular expression from Oniguruma's Ruby syntax to PCRE2's.
///
/// Where the two read the same text differently: `X{n,m}+` repeats the group and is not possessive, `{,n}` is
/// a quantifier, `(?m)` lets the dot match a line feed, `\h` is a hexadecimal digit, classes nest and
/// intersect, and `\w`, `\d`, `\s` and `\p` follow Oniguruma's tables. `\b` keeps PCRE2's idea of a word.
struct OnigurumaTranslation {
    /// The longest pattern in bytes: PCRE2 compiles hardly any that is longer, and possessive intervals take time
    /// that is quadratic.
    private static let sizeLimit = 1 << 16

    private let source: [Unicode.Scalar]
    private let pattern: String
    private let context: String
    private var position = 0
    private var output: [String] = []
    /// Where in `output` the last quantifiable thing begins, and the starts of open groups.
    private var lastAtom: Int?
    private var groups: [Int] = []

    private init(_ pattern: String, context: String) {
        source = Array(pattern.unicodeScalars)
        self.pattern = pattern
        self.context = context
    }

    /// Returns the expression in PCRE2's syntax.
    static func translate(_ pattern: String, context: String) throws(TokenizerError) -> String {
        guard pattern.utf8.count <= sizeLimit else {
            throw TokenizerError(
                context, "a pattern is too long", expected: "at most \(sizeLimit) bytes",
                found: "\(pattern.utf8.count)")
        }
        var translation = OnigurumaTranslation(pattern, context: context)
        while let scalar = translation.peek() { try translation.element(scalar) }
        return translation.output.joined()
    }

    private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        position + offset < source.count ? source[position + offset] : nil
    }

    private func failure(_ what: String) -> TokenizerError {
        TokenizerError(context, "the pattern is malformed: \(what)", found: pattern)
    }

    /// Adds something that a quantifier may follow.
    private mutating func atom(_ text: String) {
        lastAtom = output.count
        output.append(text)
    }

    private mutating func element(_ scalar: Unicode.Scalar) throws(TokenizerError) {
        switch scalar {
        case "\\": try escape()
        case "[":
            var parser = CharacterClassTranslation(
                source, position: position, context: context, pattern: pattern)
            let text = try parser.translate()
            position = parser.position
            atom(text)
        case "(": try open()
        case ")":
            position += 1
            guard let start = groups.popLast() else { throw failure("unmatched )") }
            output.append(")")
            lastAtom = start
        case "|":
            position += 1
            output.append("|")
            lastAtom = nil
        case "*", "+", "?": quantifier(String(scalar), length: 1, isInterval: false)
        case "{": interval()
        default:
            position += 1
            atom(String(scalar))
        }
    }

    private mutating func open() throws(TokenizerError) {
        groups.append(output.count)
        lastAtom = nil
        guard peek(1) == "?" else {
            position += 1
            output.append("(")
            return
        }
        // Inline options end at `)` or `:`; names and look-arounds need no change.
        var end = position + 2
        while end < source.count, "imx-".unicodeScalars.contains(source[end]) { end += 1 }
        guard end < source.count, end > position + 2, source[end] == ":" || source[end] == ")" else {
            let isComment = peek(2) == "#"
            position += 2
            output.append("(?")
            if !isComment, let next = peek(),
                next == "<" || next == ">" || next == "=" || next == "!" || next == ":"
            {
                position += 1
                output.append(String(next))
            }
            return
        }
        let options = source[position + 2..<end].map { $0 == "m" ? "s" : String($0) }.joined()
        position = end
        output.append("(?" + options)
        if source[end] == ":" {
            position += 1
            output.append(":")
        }
    }

    private mutating func escape() throws(TokenizerError) {
        guard let next = peek(1) else { throw failure("it ends in a backslash") }
        if let members = try ClassEscape.parse(source, &position, isInClass: false, failure: failure) {
            atom(members.isNegated ? "[^\(members.text)]" : "[\(members.text)]")
            return
        }
        if next == "u" || next == "x" {
            atom(try ClassEscape.codePoint(source, &position, failure: failure))
            return
        }
        position += 2
        switch next {
        case "v": atom(#"\x{B}"#)
        case "O": atom("(?s:.)")
        case "A", "z", "Z", "b", "B", "G":
            output.append("\\" + String(next))
            lastAtom = nil
        default: atom("\\" + String(next))
        }
    }

    /// Adds a quantifier with the `?` or `+` that may follow.
    private mutating func quantifier(_ text: String, length: Int, isInterval: Bool) {
        position += length
        output.append(text)
        guard let next = peek(), next == "?" || next == "+" else { return }
        position += 1
        if next == "+", isInterval, let start = lastAtom {
            output.insert("(?:", at: start)
            output.append(")+")
        } else {
            output.append(String(next))
        }
    }

    private mutating func interval() {
        var end = position + 1
        while end < source.count, source[end] == "," || source[end].properties.numericType == .decimal {
            end += 1
        }
        let body = String(String.UnicodeScalarView(source[position + 1..<end]))
        guard end < source.count, source[end] == "}", !body.isEmpty, body != "," else {
            position += 1
            atom("\\{")
            return
        }
        let text = body.hasPrefix(",") ? "{0\(body)}" : "{\(body)}"
        quantifier(text, length: end + 1 - position, isInterval: true)
    }
}
