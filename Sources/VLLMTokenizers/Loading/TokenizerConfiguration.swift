// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// What a `tokenizer_config.json` says of tokens.
struct TokenizerConfiguration {
    /// What messages call it.
    static let file = "tokenizer_config.json"

    private let root: JSONField

    init(_ text: [UInt8]) throws(TokenizerError) {
        do throws(JSONError) {
            // As Python wrote it: lengths without a limit are beyond any number.
            root = JSONField(try JSONParser.parse(text, limits: JSONLimits(allowsNonFiniteNumbers: true)), "")
        } catch {
            throw TokenizerError("", error.verdict, file: Self.file)
        }
    }

    /// The class that reads the tokenizer's files, without the ending that says how.
    var className: String? {
        guard let name = root.value["tokenizer_class"]?.stringValue else { return nil }
        return name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
    }

    /// A Boolean, or nil if it is absent or null.
    func bool(_ key: String) throws(TokenizerError) -> Bool? {
        try TokenizerError.naming(Self.file) { () throws(TokenizerError) in
            root.optional(key) == nil ? nil : try root.bool(key, default: false)
        }
    }

    /// Adds the tokens that the definition lacks, in order of their ids, and sets the roles.
    ///
    /// - Parameters:
    ///   - assignsIDs: whether the ids that the file gives its tokens count, for other files have none for them.
    ///   - ends: whether a text gets the tokens that begin and end a sequence where the file does not say it.
    func apply(
        to definition: inout TokenizerDefinition, assignsIDs: Bool = false,
        ends: (beginning: Bool, end: Bool) = (false, false)
    ) throws(TokenizerError) {
        try TokenizerError.naming(Self.file) { () throws(TokenizerError) in
            try add(to: &definition, assignsIDs, ends)
        }
    }

    private func add(
        to definition: inout TokenizerDefinition, _ assignsIDs: Bool, _ ends: (beginning: Bool, end: Bool)
    ) throws(TokenizerError) {
        var known = Set(definition.addedTokens.map(\.content))
        func add(_ token: AddedToken) {
            if known.insert(token.content).inserted { definition.addedTokens.append(token) }
        }
        if let decoder = root.optional("added_tokens_decoder"), let members = decoder.value.objectValue {
            let numbered = zip(members.keys, members.values).compactMap { key, value in
                Int(key).map { (id: $0, value: value) }
            }
            var assigned: [(content: String, id: Int32)] = []
            for (id, value) in numbered.sorted(by: { $0.id < $1.id }) {
                var token = try TokenizerLoader.addedToken(JSONField(value, "\(decoder.path).\(id)"))
                guard assignsIDs, (0...Int(TokenList.maximumID)).contains(id) else {
                    add(token)
                    continue
                }
                // Classes that read such files look for them in the text as given.
                token.normalized = false
                assigned.append((token.content, Int32(id)))
                definition.addedTokens.removeAll { $0.content == token.content }
                known.remove(token.content)
                add(token)
            }
            definition.model.add(assigned)
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
        try setTemplate(of: &definition, ends)
    }

    /// The tokens without a role that are special nevertheless.
    private var extraSpecialTokens: [String] {
        ["additional_special_tokens", "extra_special_tokens"].flatMap { key -> [String] in
            let values = root.value[key]?.arrayValue ?? root.value[key]?.objectValue?.values ?? []
            return values.compactMap { $0.stringValue ?? $0["content"]?.stringValue }
        }
    }

    /// Replaces the post-processor if the file says which ends a text gets, as `transformers` 5 does.
    private func setTemplate(
        of definition: inout TokenizerDefinition, _ ends: (beginning: Bool, end: Bool)
    ) throws(TokenizerError) {
        guard root.value["add_bos_token"] != nil || root.value["add_eos_token"] != nil else { return }
        var pieces: [TemplatePiece] = [.text]
        if try root.bool("add_bos_token", default: ends.beginning),
            let token = definition.roles.beginningOfSequence
        {
            pieces.insert(.named(token), at: 0)
        }
        if try root.bool("add_eos_token", default: ends.end), let token = definition.roles.endOfSequence {
            pieces.append(.named(token))
        }
        definition.postProcessor = .template(pieces)
    }

    /// Whether the file has the tokens that others have in an `added_tokens.json`.
    var listsAddedTokens: Bool { root.optional("added_tokens_decoder") != nil }

    /// A token given as a string or as an object with `content`.
    func token(_ key: String) -> String? {
        root.value[key]?.stringValue ?? root.value[key]?["content"]?.stringValue
    }
}
