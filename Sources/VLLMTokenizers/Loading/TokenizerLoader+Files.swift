// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension TokenizerLoader {
    /// Reads GPT-2's two files, `vocab.json` and `merges.txt`; `tokenizer_class` says how words are cut.
    ///
    /// `<|endoftext|>` is special if the vocabulary has it, as it is for every model published in this
    /// format.
    public static func definition(
        vocabularyJSON: [UInt8], merges text: [UInt8], configuration: [UInt8]? = nil
    ) throws(TokenizerError) -> TokenizerDefinition {
        guard UTF8Repair.isValid(vocabularyJSON) else {
            throw TokenizerError("vocab.json", "the file is not UTF-8")
        }
        guard UTF8Repair.isValid(text) else { throw TokenizerError("merges.txt", "the file is not UTF-8") }
        var cursor = JSONCursor(vocabularyJSON.span)
        let vocabulary = try TokenizerDocument.vocabulary(&cursor)
        var merges = MergeList()
        for line in text.split(separator: 0x0A) where !line.starts(with: "#version".utf8) {
            let line = line.last == 0x0D ? line.dropLast() : line
            if !line.isEmpty { try merges.append(line: line, context: "merges.txt") }
        }
        let settings: TokenizerConfiguration? =
            if let configuration { try TokenizerConfiguration(configuration) } else { nil }
        let (family, pattern) = try TokenizerClass.byteLevel(
            settings?.className, file: "vocab.json", default: "GPT2Tokenizer")
        var definition = TokenizerDefinition.byteLevel(
            vocabulary: vocabulary, merges: merges, pattern: pattern)
        if try settings?.bool("add_prefix_space") == true {
            definition.preTokenizer = .sequence([
                .byteLevel(addPrefixSpace: true, useRegex: pattern == WordPattern.gpt2)
            ])
        }
        let end = "<|endoftext|>"
        if contains(vocabulary, end) {
            definition.addedTokens = [AddedToken(end, isSpecial: true)]
            definition.roles = TokenRoles(beginningOfSequence: end, endOfSequence: end, unknown: end)
        }
        try family.apply(to: &definition, numTokens: vocabulary.count, settings)
        return definition
    }

    private static func contains(_ vocabulary: TokenList, _ token: String) -> Bool {
        let bytes = Array(token.utf8)
        return (0..<vocabulary.count).contains { vocabulary.bytes[vocabulary.range($0)].elementsEqual(bytes) }
    }

    /// Reads a `tokenizer.model`: SentencePiece's or, which its content shows, tiktoken's.
    ///
    /// - Parameters:
    ///   - name: what messages call the file; a file `qwen.tiktoken` needs no `tokenizer_class`.
    ///   - configuration: the `tokenizer_config.json` beside it, with tokens, their ids and roles.
    ///   - addedTokens: the `added_tokens.json` beside it, where older files have tokens and their ids.
    public static func definition(
        modelFile bytes: Span<UInt8>, name: String = "tokenizer.model", configuration: [UInt8]? = nil,
        addedTokens: [UInt8]? = nil
    ) throws(TokenizerError) -> TokenizerDefinition {
        let settings: TokenizerConfiguration? =
            if let configuration { try TokenizerConfiguration(configuration) } else { nil }
        if TiktokenFile.matches(bytes) { return try tiktoken(bytes, name, settings) }
        let model = try SentencePieceModel(bytes, context: name)
        var definition = model.definition
        if case .sentencePiece(var normalization) = definition.normalizer, normalization.prefix != .never {
            // Later versions of `transformers` put a space in front of the text alone.
            if try settings?.bool("legacy") == false { normalization.prefix = .first }
            if try settings?.bool("add_prefix_space") == false { normalization.prefix = .never }
            definition.normalizer = .sentencePiece(normalization)
        }
        if let addedTokens { try add(addedTokens, to: &definition) }
        try TokenizerClass.sentencePiece(settings?.className)
            .apply(to: &definition, numTokens: model.pieces.count, settings)
        return definition
    }

    /// Reads a `tokenizer.model`.
    public static func definition(
        modelFile bytes: [UInt8], name: String = "tokenizer.model", configuration: [UInt8]? = nil,
        addedTokens: [UInt8]? = nil
    ) throws(TokenizerError) -> TokenizerDefinition {
        try definition(
            modelFile: bytes.span, name: name, configuration: configuration, addedTokens: addedTokens)
    }

    /// Adds the tokens of an `added_tokens.json`, in order of their ids.
    private static func add(
        _ file: [UInt8], to definition: inout TokenizerDefinition
    ) throws(TokenizerError) {
        guard UTF8Repair.isValid(file) else {
            throw TokenizerError("added_tokens.json", "the file is not UTF-8")
        }
        var cursor = JSONCursor(file.span)
        let list = try TokenizerDocument.vocabulary(&cursor)
        let tokens = (0..<list.count).map { entry in
            let content = String(decoding: list.bytes[list.range(entry)], as: UTF8.self)
            return (content: content, id: list.ids[entry])
        }.sorted { $0.id < $1.id }
        definition.model.add(tokens)
        let known = Set(definition.addedTokens.map(\.content))
        definition.addedTokens += tokens.filter { !known.contains($0.content) }.map { AddedToken($0.content) }
    }

    private static func tiktoken(
        _ bytes: Span<UInt8>, _ name: String, _ settings: TokenizerConfiguration?
    ) throws(TokenizerError) -> TokenizerDefinition {
        let vocabulary = try TiktokenFile.vocabulary(bytes, context: name)
        let (family, pattern) = try TokenizerClass.byteLevel(
            settings?.className, file: name, default: name == "qwen.tiktoken" ? "QWenTokenizer" : nil)
        let model = BytePairEncodingDefinition(
            vocabulary: vocabulary, merges: .ranks(vocabulary.ids.map { UInt32($0) }), ignoreMerges: true)
        var definition = TokenizerDefinition.byteLevel(model, pattern: pattern)
        let numTokens = Int((vocabulary.ids.max() ?? -1) + 1)
        try family.apply(to: &definition, numTokens: numTokens, settings)
        return definition
    }
}
