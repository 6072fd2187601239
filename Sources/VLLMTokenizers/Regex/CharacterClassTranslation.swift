// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Rewrites one bracketed character class: flat ones stay classes, nested and intersected ones become groups.
struct CharacterClassTranslation {
    private let source: [Unicode.Scalar]
    private(set) var position: Int
    private let context: String
    private let pattern: String

    /// What a class is made of: members that fit one PCRE2 class, and expressions that each match one
    /// character.
    private struct Union {
        var members = ""
        var others: [String] = []

        /// An expression for any of them.
        var expression: String {
            let flat = members.isEmpty ? [] : ["[\(members)]"]
            let all = flat + others
            return all.count == 1 ? all[0] : "(?:" + (all.isEmpty ? "(?!)" : all.joined(separator: "|")) + ")"
        }
    }

    init(_ source: [Unicode.Scalar], position: Int, context: String, pattern: String) {
        self.source = source
        self.position = position
        self.context = context
        self.pattern = pattern
    }

    private func failure(_ what: String) -> TokenizerError {
        TokenizerError(context, "the pattern is malformed: \(what)", found: pattern)
    }

    private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        position + offset < source.count ? source[position + offset] : nil
    }

    /// Reads the class that begins at the position and returns an expression that matches one character.
    mutating func translate() throws(TokenizerError) -> String {
        let (isNegated, parts) = try parse(depth: 0)
        return Self.expression(isNegated, parts)
    }

    /// An expression for what was read.
    private static func expression(_ isNegated: Bool, _ parts: [Union]) -> String {
        if parts.count == 1, parts[0].others.isEmpty, !parts[0].members.isEmpty {
            return isNegated ? "[^\(parts[0].members)]" : "[\(parts[0].members)]"
        }
        let looks = parts.dropLast().map { "(?=\($0.expression))" }.joined()
        let whole = looks + (parts.last?.expression ?? "(?!)")
        return isNegated ? "(?:(?!\(whole))(?s:.))" : "(?:\(whole))"
    }

    /// Reads a class into what `&&` separates.
    private mutating func parse(depth: Int) throws(TokenizerError) -> (isNegated: Bool, parts: [Union]) {
        guard depth < 32 else { throw failure("classes are nested too deeply") }
        position += 1
        let isNegated = peek() == "^"
        if isNegated { position += 1 }
        var parts = [Union()]
        var isFirst = true
        while let scalar = peek() {
            if scalar == "]", !isFirst {
                position += 1
                return (isNegated, parts)
            }
            isFirst = false
            if scalar == "&", peek(1) == "&" {
                position += 2
                parts.append(Union())
            } else {
                try member(scalar, into: &parts[parts.count - 1], depth: depth)
            }
        }
        throw failure("unclosed [")
    }

    private mutating func member(
        _ scalar: Unicode.Scalar, into union: inout Union, depth: Int
    ) throws(TokenizerError) {
        switch scalar {
        case "[" where peek(1) == ":":
            try bracket(into: &union)
        case "[":
            let (isNegated, parts) = try parse(depth: depth + 1)
            if !isNegated, parts.count == 1 {
                union.members += parts[0].members
                union.others += parts[0].others
            } else {
                union.others.append(Self.expression(isNegated, parts))
            }
        case "\\":
            try escape(into: &union)
        default:
            position += 1
            union.members += String(scalar)
        }
    }

    /// Reads `[:name:]` or `[:^name:]`.
    private mutating func bracket(into union: inout Union) throws(TokenizerError) {
        guard let close = source[position...].firstIndex(of: "]"), close > position + 3,
            source[close - 1] == ":"
        else {
            throw failure("unclosed [:")
        }
        var name = String(String.UnicodeScalarView(source[position + 2..<close - 1]))
        let isNegated = name.hasPrefix("^")
        if isNegated { name.removeFirst() }
        guard let members = UnicodePropertyNames.bracket(name) else {
            throw failure("[:\(name):] is not known")
        }
        if isNegated {
            union.others.append("[^\(members)]")
        } else {
            union.members += members
        }
        position = close + 1
    }

    private mutating func escape(into union: inout Union) throws(TokenizerError) {
        let start = position
        if let members = try ClassEscape.parse(source, &position, isInClass: true, failure: failure) {
            if !members.isNegated {
                union.members += members.text
            } else {
                union.others.append("[^\(members.text)]")
            }
            return
        }
        guard let next = peek(1) else { throw failure("it ends in a backslash") }
        if next == "u" || next == "x" {
            union.members += try ClassEscape.codePoint(source, &position, failure: failure)
            return
        }
        position = start + 2
        union.members += next == "v" ? #"\x{B}"# : "\\" + String(next)
    }
}
