// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Reads the escapes that stand for sets of characters or for a code point.
enum ClassEscape {
    /// Members for a PCRE2 character class.
    struct Members {
        var text: String
        var isNegated: Bool
    }

    /// Reads `\p`, `\P`, `\w`, `\d`, `\s`, `\h` or the negation of one, or returns nil and reads nothing.
    static func parse(
        _ source: [Unicode.Scalar], _ position: inout Int, isInClass: Bool,
        failure: (String) -> TokenizerError
    ) throws(TokenizerError) -> Members? {
        guard position + 1 < source.count else { return nil }
        let letter = source[position + 1]
        let simple: String? =
            switch letter {
            case "w", "W": isInClass ? UnicodePropertyNames.wordInClass : UnicodePropertyNames.word
            case "d", "D": UnicodePropertyNames.digit
            case "s", "S": UnicodePropertyNames.space
            case "h", "H": UnicodePropertyNames.hexadecimal
            default: nil
            }
        if let simple {
            position += 2
            return Members(text: simple, isNegated: letter.properties.isUppercase)
        }
        guard letter == "p" || letter == "P" else { return nil }
        guard position + 2 < source.count, source[position + 2] == "{",
            let close = source[position...].firstIndex(of: "}")
        else { throw failure("\\p without a name in braces") }
        var name = String(String.UnicodeScalarView(source[position + 3..<close]))
        var isNegated = letter == "P"
        if name.hasPrefix("^") {
            name.removeFirst()
            isNegated.toggle()
        }
        guard
            name.utf8.allSatisfy({
                $0 == 0x5F || $0 == 0x20 || $0 == 0x2D || ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A
            })
        else { throw failure("the property \(name) is not known") }
        position = close + 1
        return Members(text: UnicodePropertyNames.members(name), isNegated: isNegated)
    }

    /// Reads `\uHHHH`, `\xHH` or `\x{H...}` and returns it as PCRE2 writes it.
    static func codePoint(
        _ source: [Unicode.Scalar], _ position: inout Int, failure: (String) -> TokenizerError
    ) throws(TokenizerError) -> String {
        let isLong = source[position + 1] == "u"
        var end = position + 2
        if !isLong, end < source.count, source[end] == "{" {
            guard let close = source[end...].firstIndex(of: "}") else { throw failure("unclosed \\x{") }
            let digits = String(String.UnicodeScalarView(source[end + 1..<close]))
            guard UInt32(digits, radix: 16) != nil else { throw failure("\\x{\(digits)} is no code point") }
            position = close + 1
            return "\\x{\(digits)}"
        }
        let limit = end + (isLong ? 4 : 2)
        while end < source.count, end < limit, source[end].properties.isASCIIHexDigit { end += 1 }
        let digits = String(String.UnicodeScalarView(source[position + 2..<end]))
        guard !digits.isEmpty, !isLong || digits.utf8.count == 4 else {
            throw failure("\\u without four digits")
        }
        position = end
        return "\\x{\(digits)}"
    }
}
