// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// A `tokenizer.json` with its two large parts, vocabulary and merges, read into flat storage.
struct TokenizerDocument {
    /// Everything else; the two parts are null.
    var root: JSONValue
    var vocabulary: TokenList?
    /// The vocabulary if its tokens have scores.
    var pieces: PieceList?
    var merges: MergeList?

    /// Reads a document.
    init(_ text: Span<UInt8>) throws(TokenizerError) {
        try JSONCursor.checkUTF8(text)
        var parts = Parts()
        var cursor = JSONCursor(text)
        try cursor.forEach(opening: UInt8(ascii: "{"), closing: UInt8(ascii: "}")) {
            cursor throws(TokenizerError) in
            if try Self.key(&cursor) == "model", cursor.peek() == UInt8(ascii: "{") {
                try Self.model(&cursor, &parts)
            } else {
                try cursor.skipValue()
            }
        }
        vocabulary = parts.vocabulary
        pieces = parts.pieces
        merges = parts.merges
        root = try Self.parse(text, without: parts.ranges)
    }

    /// Reads a text in which some values stand for null.
    private static func parse(
        _ text: Span<UInt8>, without ranges: [Range<Int>]
    ) throws(TokenizerError) -> JSONValue {
        let null = Array("null".utf8)
        var rest: [UInt8] = []
        var copied = 0
        for range in ranges {
            rest.append(text, copied..<range.lowerBound)
            rest += null
            copied = range.upperBound
        }
        rest.append(text, copied..<text.count)
        do throws(JSONError) {
            return try JSONParser.parse(rest)
        } catch {
            // Where that is in the whole text.
            var offset = error.offset
            for range in ranges where offset > range.lowerBound { offset += range.count - null.count }
            throw TokenizerError(
                JSONCursor.place(offset, in: text),
                error.kind == .syntax ? "malformed JSON: \(error.message)" : error.message)
        }
    }

    private struct Parts {
        var vocabulary: TokenList?
        var pieces: PieceList?
        var merges: MergeList?
        /// Where the two parts are in the text, in order.
        var ranges: [Range<Int>] = []
    }

    private static func key(_ cursor: inout JSONCursor) throws(TokenizerError) -> String {
        var bytes: [UInt8] = []
        try cursor.string(into: &bytes)
        try cursor.expect(UInt8(ascii: ":"))
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func model(_ cursor: inout JSONCursor, _ parts: inout Parts) throws(TokenizerError) {
        var found = Parts()
        try cursor.forEach(opening: UInt8(ascii: "{"), closing: UInt8(ascii: "}")) {
            cursor throws(TokenizerError) in
            let key = try Self.key(&cursor)
            let next = cursor.peek()
            let start = cursor.position
            if key == "vocab", next == UInt8(ascii: "{") {
                found.vocabulary = try Self.vocabulary(&cursor)
                found.ranges.append(start..<cursor.position)
            } else if key == "vocab", next == UInt8(ascii: "[") {
                found.pieces = try Self.pieces(&cursor)
                found.ranges.append(start..<cursor.position)
            } else if key == "merges", next == UInt8(ascii: "[") {
                found.merges = try Self.merges(&cursor)
                found.ranges.append(start..<cursor.position)
            } else {
                try cursor.skipValue()
            }
        }
        parts = found
    }

    /// Reads an object of tokens and ids.
    static func vocabulary(_ cursor: inout JSONCursor) throws(TokenizerError) -> TokenList {
        var list = TokenList()
        list.reserveCapacity(tokens: 1 << 17, bytes: 1 << 20)
        try cursor.forEach(opening: UInt8(ascii: "{"), closing: UInt8(ascii: "}")) {
            cursor throws(TokenizerError) in
            try list.append(id: 0) { bytes throws(TokenizerError) in try cursor.string(into: &bytes) }
            try cursor.expect(UInt8(ascii: ":"))
            list.setLastID(try cursor.id(of: list, at: list.count - 1))
        }
        if let (first, second) = list.entriesOfOneID() {
            throw TokenizerError(
                "vocabulary", "two tokens have the id \(list.ids[first])",
                found: "\(list.text(first)) and \(list.text(second))")
        }
        return list
    }

    /// Reads an array of tokens with scores: `["a", -1.5]`.
    private static func pieces(_ cursor: inout JSONCursor) throws(TokenizerError) -> PieceList {
        var list = PieceList()
        try cursor.forEach(opening: UInt8(ascii: "["), closing: UInt8(ascii: "]")) {
            cursor throws(TokenizerError) in
            try cursor.expect(UInt8(ascii: "["))
            try list.append { bytes throws(TokenizerError) in try cursor.string(into: &bytes) }
            try cursor.expect(UInt8(ascii: ","))
            list.setLastScore(try cursor.number())
            try cursor.expect(UInt8(ascii: "]"))
        }
        return list
    }

    /// Reads an array of merges, each a string with one space or an array of two strings.
    private static func merges(_ cursor: inout JSONCursor) throws(TokenizerError) -> MergeList {
        var list = MergeList()
        list.reserveCapacity(merges: 1 << 18, bytes: 1 << 21)
        try cursor.forEach(opening: UInt8(ascii: "["), closing: UInt8(ascii: "]")) {
            cursor throws(TokenizerError) in
            if cursor.peek() == UInt8(ascii: "[") {
                try cursor.expect(UInt8(ascii: "["))
                try list.appendPart { bytes throws(TokenizerError) in try cursor.string(into: &bytes) }
                try cursor.expect(UInt8(ascii: ","))
                try list.appendPart { bytes throws(TokenizerError) in try cursor.string(into: &bytes) }
                try cursor.expect(UInt8(ascii: "]"))
            } else {
                let isMerge = try list.appendLine { bytes throws(TokenizerError) in
                    try cursor.string(into: &bytes)
                }
                guard isMerge else {
                    throw TokenizerError(
                        "model.merges[\(list.count)]", "the merge is malformed",
                        expected: "two tokens with a space between")
                }
            }
        }
        return list
    }
}
