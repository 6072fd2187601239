// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What a few filters know of HTML and URLs.
enum HTMLText {
    /// Removes tags and comments, makes runs of white space one space, and resolves common entities.
    static func stripTags(_ text: Text) -> String {
        var plain = ""
        var offset = 0
        let comment = Searcher("-->")
        let tagEnd = Searcher(">")
        let tagStart = Searcher("<")
        while let start = tagStart.first(in: text, from: offset) {
            let isComment = text.hasPrefix(Text("<!--"), at: start)
            let end =
                isComment
                ? comment.first(in: text, from: start + 4).map { $0 + 3 }
                : tagEnd.first(in: text, from: start).map { $0 + 1 }
            guard let end else { break }
            text.append(offset, start, to: &plain)
            offset = end
        }
        text.append(offset, text.size, to: &plain)
        var words: [String] = []
        for word in plain.unicodeScalars.split(whereSeparator: TextSpace.isSpace) {
            words.append(String(word))
        }
        return unescape(words.joined(separator: " "))
    }

    private static let entities = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}", "copy": "©",
        "reg": "®", "raquo": "»", "laquo": "«", "hellip": "…", "mdash": "—", "ndash": "–", "euro": "€",
        "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "middot": "·", "times": "×",
    ]

    private static func unescape(_ text: String) -> String {
        var result = ""
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == "&", let end = rest.prefix(12).firstIndex(of: ";"),
                let character = entity(String(rest[..<end]))
            {
                result += character
                rest = rest[rest.index(after: end)...]
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func entity(_ name: String) -> String? {
        guard name.hasPrefix("#") else { return entities[name] }
        let digits = name.dropFirst()
        let isHex = digits.hasPrefix("x") || digits.hasPrefix("X")
        let value = isHex ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        return value.flatMap(Unicode.Scalar.init).map { String($0) }
    }

    /// Percent-encodes all but unreserved characters; in a query a space is a plus and a slash is encoded.
    static func urlQuoted(_ text: String, isQuery: Bool) -> String {
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isLetter = byte < 0x80 && (scalar.properties.isAlphabetic || TextCase.isDigit(scalar))
            if isLetter || "_.-~".utf8.contains(byte) || (byte == UInt8(ascii: "/") && !isQuery) {
                result.unicodeScalars.append(scalar)
            } else if byte == 0x20, isQuery {
                result += "+"
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += (byte < 16 ? "%0" : "%") + digits
            }
        }
        return result
    }
}
