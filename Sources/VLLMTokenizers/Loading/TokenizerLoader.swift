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
        let file = "tokenizer.json"
        var definition = try TokenizerError.naming(file) { () throws(TokenizerError) in
            try self.definition(try TokenizerDocument(tokenizerJSON))
        }
        definition.files = TokenizerFiles(vocabulary: file)
        if let configuration { try TokenizerConfiguration(configuration).apply(to: &definition) }
        return definition
    }

    private static func definition(
        _ document: TokenizerDocument
    ) throws(TokenizerError) -> TokenizerDefinition {
        let root = JSONField(document.root, "")
        var definition = TokenizerDefinition(model: try model(root.member("model"), document))
        if let field = root.optional("normalizer") { definition.normalizer = try normalizer(field) }
        if let field = root.optional("pre_tokenizer") { definition.preTokenizer = try preTokenizer(field) }
        if let field = root.optional("post_processor") { definition.postProcessor = try postProcessor(field) }
        if let field = root.optional("decoder") { definition.decoder = try decoder(field) }
        for field in try root.elements("added_tokens") {
            definition.addedTokens.append(try addedToken(field))
        }
        return definition
    }

    /// Reads a `tokenizer.json`, with the tokens and roles that a `tokenizer_config.json` beside it adds.
    public static func definition(
        tokenizerJSON: [UInt8], configuration: [UInt8]? = nil
    ) throws(TokenizerError) -> TokenizerDefinition {
        try definition(tokenizerJSON: tokenizerJSON.span, configuration: configuration)
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
        switch try field.string("type", default: untypedModel(field, document)) {
        case "BPE": return .bytePairEncoding(try bytePairEncoding(field, document))
        case "Unigram":
            guard let pieces = document.pieces else {
                throw TokenizerError(field.path, "vocab is missing or of the wrong kind")
            }
            return .unigram(
                UnigramDefinition(
                    pieces: pieces,
                    unknownID: try field.optional("unk_id") == nil
                        ? nil : id(field.member("unk_id").value, "\(field.path).unk_id"),
                    byteFallback: try field.bool("byte_fallback", default: false)))
        case "WordLevel":
            guard let vocabulary = document.vocabulary else {
                throw TokenizerError(field.path, "vocab is missing or of the wrong kind")
            }
            return .wordLevel(
                WordLevelDefinition(
                    vocabulary: vocabulary, unknownToken: try field.string("unk_token", default: "<unk>")))
        case "WordPiece":
            guard let vocabulary = document.vocabulary else {
                throw TokenizerError(field.path, "vocab is missing or of the wrong kind")
            }
            return .wordPiece(
                WordPieceDefinition(
                    vocabulary: vocabulary, unknownToken: try field.string("unk_token", default: "[UNK]"),
                    continuingSubwordPrefix: try field.string("continuing_subword_prefix", default: "##"),
                    maximumWordLength: try field.count("max_input_chars_per_word", default: 100)))
        case let type:
            throw TokenizerError(
                field.path, "the model is not supported",
                expected: "BPE, Unigram, WordPiece or WordLevel", found: type)
        }
    }

    /// The type of a model that old files do not name.
    private static func untypedModel(_ field: JSONField, _ document: TokenizerDocument) -> String {
        if document.merges != nil { return "BPE" }
        if document.pieces != nil { return "Unigram" }
        return field.optional("max_input_chars_per_word") == nil ? "unknown" : "WordPiece"
    }

    private static func bytePairEncoding(
        _ field: JSONField, _ document: TokenizerDocument
    ) throws(TokenizerError) -> BytePairEncodingDefinition {
        guard let vocabulary = document.vocabulary, let merges = document.merges else {
            throw TokenizerError(field.path, "vocab or merges are missing or of the wrong kind")
        }
        return BytePairEncodingDefinition(
            vocabulary: vocabulary, merges: .list(merges),
            unknownToken: try field.optionalString("unk_token"),
            fusesUnknown: try field.bool("fuse_unk", default: false),
            byteFallback: try field.bool("byte_fallback", default: false),
            ignoreMerges: try field.bool("ignore_merges", default: false),
            continuingSubwordPrefix: try field.optionalString("continuing_subword_prefix"),
            endOfWordSuffix: try field.optionalString("end_of_word_suffix"))
    }
}
