// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// What a `tokenizer_config.json` says of tokens.
struct TokenizerConfiguration {
    private let root: JSONField

    init(_ text: [UInt8]) throws(TokenizerError) {
        do {
            root = JSONField(try JSONParser.parse(text), "tokenizer_config.json: ")
        } catch {
            throw TokenizerError("tokenizer_config.json", "malformed JSON: \(error)")
        }
    }

    /// Adds the tokens that the definition lacks, in order of their ids, and sets the roles.
    func apply(to definition: inout TokenizerDefinition) throws(TokenizerError) {
        var known = Set(definition.addedTokens.map(\.content))
        func add(_ token: AddedToken) {
            if known.insert(token.content).inserted { definition.addedTokens.append(token) }
        }
        if let decoder = root.optional("added_tokens_decoder"), let members = decoder.value.objectValue {
            let numbered = zip(members.keys, members.values).compactMap { key, value in
                Int(key).map { (id: $0, value: value) }
            }
            for (id, value) in numbered.sorted(by: { $0.id < $1.id }) {
                add(try TokenizerLoader.addedToken(JSONField(value, "\(decoder.path).\(id)")))
            }
        }
        definition.roles.beginningOfSequence = token("bos_token") ?? definition.roles.beginningOfSequence
        definition.roles.endOfSequence = token("eos_token") ?? definition.roles.endOfSequence
        definition.roles.padding = token("pad_token") ?? definition.roles.padding
        definition.roles.unknown = token("unk_token") ?? definition.roles.unknown
        // A token with a role is special, wherever it comes from.
        let roles = definition.roles
        let named = [roles.beginningOfSequence, roles.endOfSequence, roles.unknown, roles.padding].compactMap(
            \.self)
        for content in named + extraSpecialTokens where !content.isEmpty {
            if let index = definition.addedTokens.firstIndex(where: { $0.content == content }) {
                definition.addedTokens[index].isSpecial = true
            } else {
                add(AddedToken(content, isSpecial: true))
            }
        }
        try setTemplate(of: &definition)
    }

    /// The tokens without a role that are special nevertheless.
    private var extraSpecialTokens: [String] {
        ["additional_special_tokens", "extra_special_tokens"].flatMap { key -> [String] in
            let values = root.value[key]?.arrayValue ?? root.value[key]?.objectValue?.values ?? []
            return values.compactMap { $0.stringValue ?? $0["content"]?.stringValue }
        }
    }

    /// Replaces the post-processor if the file says which ends a text gets, as `transformers` 5 does.
    private func setTemplate(of definition: inout TokenizerDefinition) throws(TokenizerError) {
        guard root.value["add_bos_token"] != nil || root.value["add_eos_token"] != nil else { return }
        var pieces: [TemplatePiece] = [.text]
        if try root.bool("add_bos_token", default: false), let token = definition.roles.beginningOfSequence {
            pieces.insert(.named(token), at: 0)
        }
        if try root.bool("add_eos_token", default: false), let token = definition.roles.endOfSequence {
            pieces.append(.named(token))
        }
        definition.postProcessor = .template(pieces)
    }

    /// A token given as a string or as an object with `content`.
    private func token(_ key: String) -> String? {
        root.value[key]?.stringValue ?? root.value[key]?["content"]?.stringValue
    }
}
