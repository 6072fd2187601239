// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The tokens that are found in the text as it stands, with the ids that `tokenizers` gives them.
struct AddedVocabulary: Sendable {
    /// The token of each id.
    private(set) var tokens: [Int32: AddedToken] = [:]
    /// What decoding writes for each id: the content, normalized if that is what is looked for.
    private(set) var texts: [Int32: String] = [:]
    /// The id of each content.
    private(set) var ids: [String: Int32] = [:]
    /// The contents of special tokens.
    private(set) var specialContents: Set<String> = []
    /// The contents looked for in the text as given, with their ids.
    private var raw = ByteTrie()
    /// The normalized contents looked for in the normalized text.
    private var normalized = ByteTrie()

    /// A part of a text: an added token, or text for the model.
    struct Section {
        var range: Range<Int>
        /// The token's id, or nil for text.
        var id: Int32?
    }

    /// Numbers the tokens: the model's id, or the next free one.
    init(
        _ definitions: [AddedToken], model: TokenTable, normalizer: Normalizer?
    ) throws(TokenizerError) {
        var order: [AddedToken] = []
        for token in definitions where token.isSpecial && !token.content.isEmpty {
            if specialContents.insert(token.content).inserted { order.append(token) }
        }
        var next = Int32(model.count)
        var seen: Set<AddedToken> = []
        for token in definitions where !token.content.isEmpty && seen.insert(token).inserted {
            let known = ids[token.content] ?? model.id(Array(token.content.utf8))
            let id = known ?? next
            guard id <= TokenList.maximumID else {
                throw TokenizerError("added_tokens", "there are too many tokens", found: token.content)
            }
            ids[token.content] = id
            tokens[id] = token
            next = max(next, id + 1)
            if !specialContents.contains(token.content) { order.append(token) }
        }
        for token in order {
            guard let id = ids[token.content] else { continue }
            let content = Array(token.content.utf8)
            if token.normalized {
                normalized.insert(try normalizer?.normalize(content.span) ?? content, value: id)
            } else {
                raw.insert(content, value: id)
            }
        }
        for (id, token) in tokens {
            texts[id] = token.content
            guard token.normalized, let normalizer else { continue }
            if let text = try normalizer.normalize(Array(token.content.utf8).span) {
                texts[id] = String(decoding: text, as: UTF8.self)
            }
        }
    }

    /// Cuts the text as given.
    func sections(of text: Span<UInt8>) -> [Section] {
        sections(of: text, raw)
    }

    /// Cuts a normalized text.
    func sections(ofNormalized text: Span<UInt8>) -> [Section] {
        sections(of: text, normalized)
    }

    private func sections(of text: Span<UInt8>, _ trie: ByteTrie) -> [Section] {
        guard !text.isEmpty else { return [] }
        guard !trie.isEmpty else { return [Section(range: 0..<text.count, id: nil)] }
        var sections: [Section] = []
        /// Where the last token ended, with the white space that it took.
        var taken = 0
        var position = 0
        while true {
            position = trie.candidate(in: text, from: position, to: text.count)
            guard position < text.count else { break }
            guard let match = trie.longest(in: text, at: position, to: text.count) else {
                position += 1
                continue
            }
            let range = position..<match.end
            position = match.end
            guard let token = tokens[match.value], !token.singleWord || Self.isAlone(range, in: text) else {
                continue
            }
            let place = Self.stretched(range, by: token, in: text, notBefore: taken)
            if taken < place.lowerBound { sections.append(Section(range: taken..<place.lowerBound, id: nil)) }
            sections.append(Section(range: place, id: match.value))
            taken = place.upperBound
        }
        if taken < text.count { sections.append(Section(range: taken..<text.count, id: nil)) }
        return sections
    }

    private static func isAlone(_ range: Range<Int>, in text: Span<UInt8>) -> Bool {
        let properties = UnicodeProperties.shared
        if range.lowerBound > 0, properties.isWord(text.scalar(before: range.lowerBound).value) {
            return false
        }
        return range.upperBound == text.count || !properties.isWord(text.scalar(at: range.upperBound).value)
    }

    /// Extends a match over the white space that the token takes.
    ///
    /// White space that the token before took may be taken again on the right, as in `tokenizers`.
    private static func stretched(
        _ range: Range<Int>, by token: AddedToken, in text: Span<UInt8>, notBefore taken: Int
    ) -> Range<Int> {
        let properties = UnicodeProperties.shared
        var start = range.lowerBound
        var end = range.upperBound
        if token.stripsLeft {
            while start > 0 {
                let last = text.scalar(before: start)
                guard properties.isWhitespace(last.value) else { break }
                start -= last.length
            }
            start = max(start, taken)
        }
        if token.stripsRight {
            while end < text.count {
                let next = text.scalar(at: end)
                guard properties.isWhitespace(next.value) else { break }
                end += next.length
            }
        }
        return min(start, end)..<end
    }
}
