// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension TokenizerLoader {
    /// Reads GPT-2's two files, `vocab.json` and `merges.txt`; `tokenizer_class` says how words are cut.
    ///
    /// `<|endoftext|>` is special if the vocabulary has it, as it is for every model published in this
    /// format.
    public static func definition(
        vocabularyJSON: [UInt8], merges text: [UInt8], configuration: [UInt8]? = nil,
        addedTokens: [UInt8]? = nil
    ) throws(TokenizerError) -> TokenizerDefinition {
        let files = TokenizerFiles(
            vocabulary: "vocab.json", merges: "merges.txt", settings: TokenizerConfiguration.file)
        let vocabulary = try readVocabulary(vocabularyJSON, file: files.vocabulary)
        let merges = try TokenizerError.naming(files.merges) { () throws(TokenizerError) in
            try readMerges(text)
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
        definition.files = files
        try add(addedTokens, to: &definition, settings)
        try family.apply(to: &definition, numTokens: vocabulary.count, settings)
        return definition
    }

    /// Reads an object of tokens and ids that is a whole file.
    private static func readVocabulary(_ text: [UInt8], file: String?) throws(TokenizerError) -> TokenList {
        try TokenizerError.naming(file) { () throws(TokenizerError) in
            try JSONCursor.checkUTF8(text.span)
            var cursor = JSONCursor(text.span)
            let vocabulary = try TokenizerDocument.vocabulary(&cursor)
            try cursor.expectEnd()
            return vocabulary
        }
    }

    private static func readMerges(_ text: [UInt8]) throws(TokenizerError) -> MergeList {
        try JSONCursor.checkUTF8(text.span)
        var merges = MergeList()
        for (number, line) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
        where !line.starts(with: "#version".utf8) {
            let line = line.last == 0x0D ? line.dropLast() : line
            if !line.isEmpty { try merges.append(line: line, context: "line \(number + 1)") }
        }
        return merges
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
        if name.hasSuffix(".tiktoken") || TiktokenFile.matches(bytes) {
            return try tiktoken(bytes, name, settings, addedTokens)
        }
        let model = try TokenizerError.naming(name) { () throws(TokenizerError) in
            try SentencePieceModel(bytes)
        }
        var definition = model.definition
        definition.files = TokenizerFiles(vocabulary: name)
        if case .sentencePiece(var normalization) = definition.normalizer, normalization.prefix != .never {
            // Later versions of `transformers` put a space in front of the text alone.
            if try settings?.bool("legacy") == false { normalization.prefix = .first }
            if try settings?.bool("add_prefix_space") == false { normalization.prefix = .never }
            definition.normalizer = .sentencePiece(normalization)
        }
        try add(addedTokens, to: &definition, settings)
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

    /// Adds the tokens of an `added_tokens.json`, in order of their ids, unless the configuration has its own.
    static func add(
        _ file: [UInt8]?, to definition: inout TokenizerDefinition, _ settings: TokenizerConfiguration?
    ) throws(TokenizerError) {
        guard let file, settings?.listsAddedTokens != true else { return }
        let list = try readVocabulary(file, file: "added_tokens.json")
        let tokens = (0..<list.count).map { entry in
            let content = String(decoding: list.bytes[list.range(entry)], as: UTF8.self)
            return (content: content, id: list.ids[entry])
        }.sorted { $0.id < $1.id }
        definition.model.add(tokens)
        let known = Set(definition.addedTokens.map(\.content))
        definition.addedTokens += tokens.filter { !known.contains($0.content) }.map { AddedToken($0.content) }
    }

    private static func tiktoken(
        _ bytes: Span<UInt8>, _ name: String, _ settings: TokenizerConfiguration?, _ addedTokens: [UInt8]?
    ) throws(TokenizerError) -> TokenizerDefinition {
        let vocabulary = try TokenizerError.naming(name) { () throws(TokenizerError) in
            try TiktokenFile.vocabulary(bytes)
        }
        let (family, pattern) = try TokenizerClass.byteLevel(
            settings?.className, file: name, default: name == "qwen.tiktoken" ? "QWenTokenizer" : nil)
        let model = BytePairEncodingDefinition(
            vocabulary: vocabulary, merges: .ranks(vocabulary.ids.map { UInt32($0) }), ignoreMerges: true)
        var definition = TokenizerDefinition.byteLevel(model, pattern: pattern)
        definition.files = TokenizerFiles(vocabulary: name, settings: TokenizerConfiguration.file)
        try add(addedTokens, to: &definition, settings)
        let numTokens = Int((vocabulary.ids.max() ?? -1) + 1)
        try family.apply(to: &definition, numTokens: numTokens, settings)
        return definition
    }
}
