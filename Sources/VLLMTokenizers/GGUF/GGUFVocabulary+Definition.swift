// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension GGUFVocabulary {
    /// Describes the tokenizer that the vocabulary was made from.
    ///
    /// What the file leaves out is as llama.cpp has it.
    ///
    /// - Throws: `TokenizerError` if the model or `pre` is not known, or lists do not have the tokens' length.
    public func definition() throws(TokenizerError) -> TokenizerDefinition {
        try check()
        var definition: TokenizerDefinition
        var ends = (beginning: false, end: false, separator: false)
        switch model {
        case "llama":
            definition = try sentencePiece(isUnigram: false)
            ends.beginning = true
        case "t5":
            definition = try sentencePiece(isUnigram: true)
            ends.end = true
        case "gpt2":
            let cut = try GGUFPreTokenizer.named(pre)
            definition = try bytePairEncoding(cut)
            ends = (cut.addsBeginningOfSequence, false, cut.addsSeparator)
        case "bert":
            definition = try wordPiece()
            ends = (true, false, true)
        default:
            throw TokenizerError(
                "tokenizer.ggml.model", "the model is not supported", expected: "llama, gpt2, bert or t5",
                found: model.debugDescription)
        }
        definition.roles = TokenRoles(
            beginningOfSequence: beginningOfSequenceID.flatMap(text),
            endOfSequence: endOfSequenceID.flatMap(text), padding: paddingID.flatMap(text),
            unknown: unknownID.flatMap(text))
        var pieces = [TemplatePiece.text]
        if addsBeginningOfSequence ?? ends.beginning, let id = beginningOfSequenceID ?? classID {
            pieces.insert(.tokens([id]), at: 0)
        }
        if addsEndOfSequence ?? ends.end, let id = endOfSequenceID { pieces.append(.tokens([id])) }
        if addsSeparator ?? ends.separator, let id = separatorID { pieces.append(.tokens([id])) }
        definition.postProcessor = .template(pieces)
        return definition
    }

    private func check() throws(TokenizerError) {
        guard tokens.count <= Int(TokenList.maximumID) else {
            throw TokenizerError("tokenizer.ggml.tokens", "there are too many", found: "\(tokens.count)")
        }
        for (name, count) in [("scores", scores.count), ("token_type", tokenTypes.count)]
        where count != 0 && count != tokens.count {
            throw TokenizerError(
                "tokenizer.ggml.\(name)", "the list does not fit the tokens", expected: "\(tokens.count)",
                found: "\(count)")
        }
        for (id, type) in tokenTypes.enumerated() where UInt8(exactly: type).flatMap(PieceKind.init) == nil {
            throw TokenizerError(
                "tokenizer.ggml.token_type[\(id)]", "the type is not known", found: "\(type)")
        }
        if let id = scores.firstIndex(where: { !$0.isFinite }) {
            throw TokenizerError(
                "tokenizer.ggml.scores[\(id)]", "the score is not finite", found: "\(scores[id])")
        }
        let named = [
            beginningOfSequenceID, endOfSequenceID, unknownID, separatorID, paddingID, classID, maskID,
        ]
        for id in named.compactMap(\.self) where !tokens.indices.contains(Int(id)) {
            throw TokenizerError(
                "tokenizer.ggml", "a token with a role is not in the vocabulary",
                expected: "an id below \(tokens.count)", found: "\(id)")
        }
    }

    private func text(_ id: Int32) -> String? {
        guard tokens.indices.contains(Int(id)) else { return nil }
        return model == "bert" ? Self.wordPiece(tokens[Int(id)], kind(Int(id))) : tokens[Int(id)]
    }

    private func kind(_ id: Int) -> PieceKind {
        tokenTypes.isEmpty ? .normal : UInt8(exactly: tokenTypes[id]).flatMap(PieceKind.init) ?? .normal
    }

    // MARK: SentencePiece

    private func sentencePiece(isUnigram: Bool) throws(TokenizerError) -> TokenizerDefinition {
        guard scores.count == tokens.count else {
            throw TokenizerError("tokenizer.ggml.scores", "the scores are missing", expected: "one a token")
        }
        var pieces = PieceList()
        for (id, token) in tokens.enumerated() {
            var kind = kind(id)
            if kind == .unknown, unknownID.map({ Int($0) != id }) == true { kind = .control }
            pieces.append(
                token.utf8, score: Double(scores[id]), kind: unknownID.map(Int.init) == id ? .unknown : kind)
        }
        let normalization = SentencePieceNormalization(
            characterMap: precompiledCharacterMap,
            prefix: addsSpacePrefix ?? !isUnigram ? .always : .never,
            removesExtraWhitespace: removesExtraWhitespace ?? false,
            protected: pieces.texts(of: .userDefined))
        return .sentencePiece(
            pieces, isUnigram: isUnigram, byteFallback: pieces.kinds.contains(.byte),
            normalization: normalization, precision: .double, roles: TokenRoles())
    }

    // MARK: Byte pairs

    private func bytePairEncoding(_ cut: GGUFPreTokenizer) throws(TokenizerError) -> TokenizerDefinition {
        var list = MergeList()
        for line in merges { try list.append(line: line.utf8, context: "tokenizer.ggml.merges") }
        let model = BytePairEncodingDefinition(
            vocabulary: TokenList(tokens), merges: .list(list), ignoreMerges: cut.ignoresMerges)
        let splits = cut.patterns.map { pattern in
            PreTokenizerDefinition.split(.regex(pattern), behavior: .isolated, invert: false)
        }
        return TokenizerDefinition(
            model: .bytePairEncoding(model), normalizer: cut.normalizes ? .unicode(.nfc) : nil,
            preTokenizer: .sequence(splits + [.byteLevel(addPrefixSpace: false, useRegex: false)]),
            decoder: .byteLevel, addedTokens: addedTokens { $0 })
    }

    /// The tokens that are found in text as it stands: those that users defined, and special ones.
    private func addedTokens(_ text: (String) -> String) -> [AddedToken] {
        tokens.indices.compactMap { id in
            switch kind(id) {
            case .control, .unknown: AddedToken(text(tokens[id]), isSpecial: true)
            case .userDefined: AddedToken(text(tokens[id]))
            case .normal, .unused, .byte: nil
            }
        }
    }

    // MARK: WordPiece

    private func wordPiece() throws(TokenizerError) -> TokenizerDefinition {
        let list = TokenList(tokens.indices.map { Self.wordPiece(tokens[$0], kind($0)) })
        guard let unknown = unknownID.flatMap(text) else {
            throw TokenizerError(
                "tokenizer.ggml.unknown_token_id", "the id is missing", expected: "an id for unknown words")
        }
        return TokenizerDefinition(
            model: .wordPiece(WordPieceDefinition(vocabulary: list, unknownToken: unknown)),
            normalizer: .bert(
                cleanText: true, handleChineseCharacters: true, stripAccents: nil,
                lowercase: lowercases ?? true),
            preTokenizer: .bert, decoder: .wordPiece(prefix: "##", cleanup: true),
            addedTokens: addedTokens { $0 })
    }

    /// Undoes what llama.cpp does to BERT's tokens: words begin with U+2581 and other tokens lose their `##`.
    private static func wordPiece(_ token: String, _ kind: PieceKind) -> String {
        if kind == .control || kind == .unknown || kind == .userDefined { return token }
        // As bytes: with a mark behind it, U+2581 is part of another character.
        let word = Array("▁".utf8)
        if token.utf8.starts(with: word) { return String(Substring(token.utf8.dropFirst(word.count))) }
        let isBracketed = token.utf8.first == UInt8(ascii: "[") && token.utf8.last == UInt8(ascii: "]")
        return isBracketed ? token : "##" + token
    }
}
