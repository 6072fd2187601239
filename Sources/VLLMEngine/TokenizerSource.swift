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

    /// What vocabularies of SentencePiece and tiktoken are called, where no `tokenizer.json` says all.
    private static let modelFiles = [
        "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "tiktoken.model", "qwen.tiktoken",
    ]

    private static func loadTokenizer(_ source: CheckpointSource) throws(CheckpointError) -> Tokenizer? {
        do {
            let configuration = try source.file("tokenizer_config.json")?.bytes
            if let file = try source.file("tokenizer.json") {
                return try Tokenizer(
                    TokenizerLoader.definition(tokenizerJSON: file.bytes, configuration: configuration))
            }
            for name in modelFiles {
                guard let file = try source.file(name) else { continue }
                return try Tokenizer(
                    TokenizerLoader.definition(
                        modelFile: file.bytes, name: name, configuration: configuration))
            }
            guard let vocabulary = try source.file("vocab.json"), let merges = try source.file("merges.txt")
            else {
                return nil
            }
            return try Tokenizer(
                TokenizerLoader.definition(
                    vocabularyJSON: vocabulary.bytes, merges: merges.bytes, configuration: configuration))
        } catch let error as CheckpointError {
            throw error
        } catch {
            throw CheckpointError(source.name, "\(error).")
        }
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
