// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Tokenizer {
    /// Turns text into ids.
    ///
    /// Texts of special tokens become those tokens. The cost is linear in the text, whatever the text.
    ///
    /// - Parameter addSpecialTokens: whether the post-processor adds its tokens, such as a beginning of sequence.
    /// - Throws: `TokenizerError` if a pattern of the files backtracks beyond its limit, or the text has a character
    ///   for which the files name an unknown token that does not exist.
    public func encode(_ text: String, addSpecialTokens: Bool = true) throws(TokenizerError) -> [Int32] {
        let ids = try encode(utf8: text.utf8Span.span)
        return addSpecialTokens ? postProcessor.process(ids) : ids
    }

    /// Turns valid UTF-8 into ids, without the post-processor's tokens.
    package func encode(utf8 text: Span<UInt8>) throws(TokenizerError) -> [Int32] {
        guard text.count < Int(Int32.max) else {
            throw TokenizerError(
                "text", "too long", expected: "less than 2 GiB", found: "\(text.count) bytes")
        }
        var ids: [Int32] = []
        ids.reserveCapacity(text.count / 4 + 8)
        var scratch = takeScratch()
        for section in added.sections(of: text) {
            if let id = section.id {
                ids.append(id)
            } else {
                try encodeSection(
                    text.extracting(section.range), isAtStart: section.range.lowerBound == 0, &scratch,
                    into: &ids)
            }
        }
        keepScratch(scratch)
        return ids
    }

    /// Encodes text without raw added tokens: normalizes it and finds the normalized ones.
    private func encodeSection(
        _ text: Span<UInt8>, isAtStart: Bool, _ scratch: inout EncoderScratch, into ids: inout [Int32]
    ) throws(TokenizerError) {
        if let normalizer, let normalized = try normalizer.normalize(text, isAtStart: isAtStart) {
            try encodeNormalized(normalized.span, isAtStart: isAtStart, &scratch, into: &ids)
        } else {
            try encodeNormalized(text, isAtStart: isAtStart, &scratch, into: &ids)
        }
    }

    private func encodeNormalized(
        _ text: Span<UInt8>, isAtStart: Bool, _ scratch: inout EncoderScratch, into ids: inout [Int32]
    ) throws(TokenizerError) {
        for section in added.sections(ofNormalized: text) {
            if let id = section.id {
                ids.append(id)
            } else {
                try encodeWords(
                    text.extracting(section.range), isAtStart: isAtStart && section.range.lowerBound == 0,
                    &scratch,
                    into: &ids)
            }
        }
    }

    private func encodeWords(
        _ text: Span<UInt8>, isAtStart: Bool, _ scratch: inout EncoderScratch, into ids: inout [Int32]
    ) throws(TokenizerError) {
        var pieces: [Range<Int>] = []
        swap(&pieces, &scratch.pieces)
        let rewritten = try preTokenizer.split(
            text, isAtStart: isAtStart, into: &pieces, spare: &scratch.sparePieces)
        if let rewritten {
            let text = rewritten.span
            try model.encode(text, pieces, &scratch, into: &ids)
        } else {
            try model.encode(text, pieces, &scratch, into: &ids)
        }
        swap(&pieces, &scratch.pieces)
    }

    /// Returns what the normalizer makes of a text, added tokens not regarded.
    package func normalize(_ text: String) throws(TokenizerError) -> String {
        guard let normalized = try normalizer?.normalize(text.utf8Span.span) else { return text }
        return String(decoding: normalized, as: UTF8.self)
    }

    /// Returns the words that the model encodes one by one, added tokens and normalizer not regarded.
    package func words(of text: String) throws(TokenizerError) -> [String] {
        guard !text.isEmpty else { return [] }
        var pieces: [Range<Int>] = []
        var spare: [Range<Int>] = []
        let rewritten = try preTokenizer.split(
            text.utf8Span.span, isAtStart: true, into: &pieces, spare: &spare)
        let bytes = rewritten ?? Array(text.utf8)
        return pieces.map { String(decoding: bytes[$0], as: UTF8.self) }
    }
}
