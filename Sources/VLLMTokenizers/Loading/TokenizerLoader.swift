// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// Reads tokenizer files into a `TokenizerDefinition`.
public enum TokenizerLoader {
    /// Reads a `tokenizer.json`, with the tokens and roles that a `tokenizer_config.json` beside it adds.
    ///
    /// - Throws: `TokenizerError` if the file is malformed or asks for a stage that is not supported.
    public static func definition(
        tokenizerJSON: Span<UInt8>, configuration: [UInt8]? = nil
    ) throws(TokenizerError) -> TokenizerDefinition {
        let document = try TokenizerDocument(tokenizerJSON)
        let root = JSONField(document.root, "tokenizer.json: ")
        var definition = TokenizerDefinition(model: try model(root.member("model"), document))
        if let field = root.optional("normalizer") { definition.normalizer = try normalizer(field) }
        if let field = root.optional("pre_tokenizer") { definition.preTokenizer = try preTokenizer(field) }
        if let field = root.optional("post_processor") { definition.postProcessor = try postProcessor(field) }
        if let field = root.optional("decoder") { definition.decoder = try decoder(field) }
        for field in try root.elements("added_tokens") {
            definition.addedTokens.append(try addedToken(field))
        }
        if let configuration { try TokenizerConfiguration(configuration).apply(to: &definition) }
        return definition
    }

    /// Reads a `tokenizer.json`, with the tokens and roles that a `tokenizer_config.json` beside it adds.
    public static func definition(
        tokenizerJSON: [UInt8], configuration: [UInt8]? = nil
    ) throws(TokenizerError) -> TokenizerDefinition {
        try definition(tokenizerJSON: tokenizerJSON.span, configuration: configuration)
    }

    /// Reads GPT-2's two files, `vocab.json` and `merges.txt`.
    ///
    /// `<|endoftext|>` is special if the vocabulary has it, as it is for every model published in this
    /// format.
    public static func definition(
        vocabularyJSON: [UInt8], merges text: [UInt8], configuration: [UInt8]? = nil
    ) throws(TokenizerError) -> TokenizerDefinition {
        guard UTF8Repair.isValid(vocabularyJSON) else {
            throw TokenizerError("vocab.json", "the file is not UTF-8")
        }
        var cursor = JSONCursor(vocabularyJSON.span)
        let vocabulary = try TokenizerDocument.vocabulary(&cursor)
        var merges = MergeList()
        for line in text.split(separator: 0x0A) where !line.starts(with: "#version".utf8) {
            let line = line.last == 0x0D ? line.dropLast() : line
            if !line.isEmpty { try merges.append(line: line, context: "merges.txt") }
        }
        var definition = TokenizerDefinition.byteLevel(vocabulary: vocabulary, merges: merges)
        let end = "<|endoftext|>"
        let bytes = Array(end.utf8)
        let hasEnd = (0..<vocabulary.count).contains {
            vocabulary.bytes[vocabulary.range($0)].elementsEqual(bytes)
        }
        if hasEnd {
            definition.addedTokens = [AddedToken(end, isSpecial: true)]
            definition.roles = TokenRoles(beginningOfSequence: end, endOfSequence: end, unknown: end)
        }
        if let configuration { try TokenizerConfiguration(configuration).apply(to: &definition) }
        return definition
    }

    /// Reads an element of `added_tokens` or of `added_tokens_decoder`.
    static func addedToken(_ field: JSONField) throws(TokenizerError) -> AddedToken {
        AddedToken(
            try field.string("content"), isSpecial: try field.bool("special", default: false),
            singleWord: try field.bool("single_word", default: false),
            stripsLeft: try field.bool("lstrip", default: false),
            stripsRight: try field.bool("rstrip", default: false),
            normalized: try field.bool("normalized", default: true))
    }

    private static func model(
        _ field: JSONField, _ document: TokenizerDocument
    ) throws(TokenizerError) -> ModelDefinition {
        let type = try field.string("type", default: document.merges == nil ? "unknown" : "BPE")
        guard type == "BPE" else {
            throw TokenizerError(field.path, "the model is not supported", expected: "BPE", found: type)
        }
        guard let vocabulary = document.vocabulary, let merges = document.merges else {
            throw TokenizerError(field.path, "vocab or merges are missing or of the wrong kind")
        }
        return .bytePairEncoding(
            BytePairEncodingDefinition(
                vocabulary: vocabulary, merges: merges, unknownToken: try field.optionalString("unk_token"),
                fusesUnknown: try field.bool("fuse_unk", default: false),
                byteFallback: try field.bool("byte_fallback", default: false),
                ignoreMerges: try field.bool("ignore_merges", default: false),
                continuingSubwordPrefix: try field.optionalString("continuing_subword_prefix"),
                endOfWordSuffix: try field.optionalString("end_of_word_suffix")))
    }
}
