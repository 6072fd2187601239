// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMTokenizers

/// What the files beside the weights say about text: the tokenizer, the chat templates, the special tokens.
struct TokenizerSource: Sendable {
    var tokenizer: Tokenizer?
    var chatTemplates: [String: String] = [:]
    var specialTokens: [String: String] = [:]

    /// Reads the files; a folder without a tokenizer is no error, for prompts may be token ids.
    init(_ source: CheckpointSource) throws {
        if case .gguf(let model) = source {
            try read(model)
            return
        }
        let config = try source.object("tokenizer_config.json", sizeLimit: 64 << 20)
        tokenizer = try Self.loadTokenizer(source)
        for (role, value) in config ?? JSONObject() where role.hasSuffix("_token") {
            guard let text = value.stringValue ?? value["content"]?.stringValue else { continue }
            specialTokens[role] = text
        }
        readTemplates(config)
        if let text = try source.text("chat_template.jinja") { chatTemplates["default"] = text }
        if let text = try source.object("chat_template.json")?["chat_template"]?.stringValue {
            chatTemplates["default"] = chatTemplates["default"] ?? text
        }
    }

    /// Takes what a GGUF file says of text.
    private mutating func read(_ model: GGUFModel) throws(CheckpointError) {
        chatTemplates = model.chatTemplates
        guard let vocabulary = try GGUFVocabulary(model.metadata) else { return }
        specialTokens = vocabulary.specialTokens
        do {
            tokenizer = try Tokenizer(vocabulary.definition())
        } catch {
            throw CheckpointError(model.name, "\(error).")
        }
    }

    private static func loadTokenizer(_ source: CheckpointSource) throws(CheckpointError) -> Tokenizer? {
        do {
            guard let definition = try definition(source) else { return nil }
            return try Tokenizer(definition)
        } catch let error as TokenizerError {
            throw CheckpointError(error.file.map(source.path) ?? source.name, "\(error.message).")
        } catch let error as CheckpointError {
            throw error
        } catch {
            throw CheckpointError(source.name, "\(error).")
        }
    }

    /// Reads the first of `TokenizerFileNames` that there is; nil where there is none.
    private static func definition(_ source: CheckpointSource) throws -> TokenizerDefinition? {
        let configuration = try source.file("tokenizer_config.json")?.bytes
        if let file = try source.file(TokenizerFileNames.whole) {
            return try TokenizerLoader.definition(tokenizerJSON: file.bytes, configuration: configuration)
        }
        let addedTokens = try source.file("added_tokens.json")?.bytes
        if let name = try modelFile(source), let file = try source.file(name) {
            return try TokenizerLoader.definition(
                modelFile: file.bytes, name: name, configuration: configuration, addedTokens: addedTokens)
        }
        let vocabulary = try source.file(TokenizerFileNames.vocabulary)
        let merges = try source.file(TokenizerFileNames.merges)
        if let vocabulary, let merges {
            return try TokenizerLoader.definition(
                vocabularyJSON: vocabulary.bytes, merges: merges.bytes, configuration: configuration,
                addedTokens: addedTokens)
        }
        if let words = try source.file(TokenizerFileNames.words) {
            return try TokenizerLoader.definition(
                words: words.bytes, configuration: configuration, addedTokens: addedTokens)
        }
        guard vocabulary == nil, merges == nil else {
            let (there, missing) =
                vocabulary == nil
                ? (TokenizerFileNames.merges, TokenizerFileNames.vocabulary)
                : (TokenizerFileNames.vocabulary, TokenizerFileNames.merges)
            throw CheckpointError(
                source.path(of: missing),
                "is not there, but \(there) is, which is half a tokenizer: put the other file beside it, or a \(TokenizerFileNames.whole)."
            )
        }
        return nil
    }

    /// The name of a vocabulary of SentencePiece or tiktoken.
    private static func modelFile(_ source: CheckpointSource) throws(CheckpointError) -> String? {
        let names = try source.fileNames()
        if let name = TokenizerFileNames.models.first(where: names.contains) { return name }
        let vocabularies = names.filter { $0.hasSuffix(TokenizerFileNames.tiktokenEnding) }.sorted()
        guard vocabularies.count <= 1 else {
            throw CheckpointError(
                source.name,
                "has \(vocabularies.count) vocabularies of tiktoken, of which one should be left: \(vocabularies.prefix(8).joined(separator: ", "))."
            )
        }
        return vocabularies.first
    }

    /// One template, or a list of named ones.
    private mutating func readTemplates(_ config: JSONObject?) {
        guard let value = config?["chat_template"] else { return }
        if let text = value.stringValue { chatTemplates["default"] = text }
        for entry in value.arrayValue ?? [] {
            guard let name = entry["name"]?.stringValue, let text = entry["template"]?.stringValue else {
                continue
            }
            chatTemplates[name] = text
        }
    }
}
