// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Prepares a text as SentencePiece does: Kudo and Richardson 2018.
struct SentencePieceNormalizer: Sendable {
    private static let escapedSpace = Array("▁".utf8)

    private let definition: SentencePieceNormalization
    private let map: CharacterMap?
    private let protected: ByteTrie
    /// What a space becomes.
    private let space: [UInt8]

    init(_ definition: SentencePieceNormalization) throws(TokenizerError) {
        self.definition = definition
        map =
            definition.characterMap.isEmpty
            ? nil : try CharacterMap(definition.characterMap, context: "normalizer_spec")
        var protected = ByteTrie()
        for text in definition.protected { protected.insert(Array(text.utf8), value: 0) }
        self.protected = protected
        space = definition.escapesWhitespace ? Self.escapedSpace : [0x20]
    }

    /// How many times as long a text becomes, at most: a space is one byte, U+2581 three.
    var growth: Int { (map?.growth ?? 1) * space.count }

    /// What stands at a position of a text: bytes of the text, or of a replacement.
    private struct Piece {
        var length: Int
        var range: Range<Int>
        var isReplacement = false
    }

    /// Returns the prepared text; `isAtStart` says that nothing stands before it.
    func normalize(_ text: Span<UInt8>, isAtStart: Bool) -> [UInt8] {
        var position = 0
        let removes = definition.removesExtraWhitespace
        while removes, position < text.count {
            let piece = piece(text, position)
            guard isSpace(piece, text) else { break }
            position += piece.length
        }
        guard position < text.count else { return [] }
        let prepends = definition.prefix == .always || definition.prefix == .first && isAtStart
        var output: [UInt8] = []
        output.reserveCapacity(text.count + text.count / 2 + 3)
        if prepends, !definition.whitespaceIsSuffix { output += space }
        if map == nil, protected.isEmpty, !removes {
            append(text, position..<text.count, to: &output)
        } else {
            appendPieces(text, from: position, to: &output)
        }
        while removes, output.count >= space.count, output.suffix(space.count).elementsEqual(space) {
            output.removeLast(space.count)
        }
        if prepends, definition.whitespaceIsSuffix { output += space }
        return output
    }

    private func appendPieces(_ text: Span<UInt8>, from start: Int, to output: inout [UInt8]) {
        var wasSpace = definition.removesExtraWhitespace
        var position = start
        while position < text.count {
            let piece = piece(text, position)
            position += piece.length
            if piece.isReplacement, let map {
                append(map.storage.span, piece.range, &wasSpace, to: &output)
            } else {
                append(text, piece.range, &wasSpace, to: &output)
            }
        }
    }

    /// Appends a piece without the spaces that it begins with behind another space.
    @inline(__always)
    private func append(
        _ text: Span<UInt8>, _ part: Range<Int>, _ wasSpace: inout Bool, to output: inout [UInt8]
    ) {
        var start = part.lowerBound
        while wasSpace, start < part.upperBound, text[start] == 0x20 { start += 1 }
        guard start < part.upperBound else { return }
        append(text, start..<part.upperBound, to: &output)
        wasSpace = definition.removesExtraWhitespace && text[part.upperBound - 1] == 0x20
    }

    /// The protected text, the longest key of the map, or the code point at a position.
    @inline(__always)
    private func piece(_ text: Span<UInt8>, _ position: Int) -> Piece {
        if !protected.isEmpty, let match = protected.longest(in: text, at: position, to: text.count) {
            return Piece(length: match.end - position, range: position..<match.end)
        }
        if let map, let match = map.longest(text, position..<text.count) {
            return Piece(length: match.length, range: match.replacement, isReplacement: true)
        }
        let length = text.scalar(at: position).length
        return Piece(length: length, range: position..<position + length)
    }

    private func isSpace(_ piece: Piece, _ text: Span<UInt8>) -> Bool {
        guard piece.range.count == 1 else { return false }
        return (piece.isReplacement ? map?.storage[piece.range.lowerBound] : text[piece.range.lowerBound])
            == 0x20
    }

    /// Appends a part of a text with its spaces replaced.
    private func append(_ text: Span<UInt8>, _ part: Range<Int>, to output: inout [UInt8]) {
        guard definition.escapesWhitespace else { return output.append(text, part) }
        var start = part.lowerBound
        for position in part where text[position] == 0x20 {
            output.append(text, start..<position)
            output += Self.escapedSpace
            start = position + 1
        }
        output.append(text, start..<part.upperBound)
    }
}
