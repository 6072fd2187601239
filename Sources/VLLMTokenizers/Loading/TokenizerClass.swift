// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What the classes that `tokenizer_config.json` names add to files that hold a vocabulary alone.
struct TokenizerClass: Sendable {
    /// The pattern that cuts words, for vocabularies of bytes.
    var pattern: String?
    /// Whether text is brought into normalization form C.
    var normalizes = false
    /// Tokens behind those of the vocabulary, which are found in text.
    var specialTokens: [String] = []
    /// What stands around a text where the configuration does not say it.
    var ends: (beginning: Bool, end: Bool) = (false, false)
    /// Tokens in front of every text.
    var prefix: [String] = []
    /// Tokens behind those of the vocabulary that text does not become: words that occur in it.
    var silentTokens: Set<String> = []
    /// The tokens with roles where the configuration does not name them.
    var roles = TokenRoles()

    /// The classes by name.
    private static let all: [String: TokenizerClass] = {
        let gpt2 = TokenizerClass(pattern: WordPattern.gpt2)
        let roberta = TokenizerClass(
            pattern: WordPattern.gpt2, ends: (true, true),
            roles: TokenRoles(
                beginningOfSequence: "<s>", endOfSequence: "</s>", padding: "<pad>", unknown: "<unk>"))
        let beginning = TokenizerClass(ends: (true, false))
        let end = TokenizerClass(ends: (false, true))
        return [
            "GPT2Tokenizer": gpt2, "CodeGenTokenizer": gpt2, "GPTNeoXTokenizer": gpt2,
            "RobertaTokenizer": roberta, "BartTokenizer": roberta, "LongformerTokenizer": roberta,
            "Qwen2Tokenizer": TokenizerClass(pattern: WordPattern.qwen2, normalizes: true),
            // Qwen's tokenization_qwen.py.
            "QWenTokenizer": TokenizerClass(
                pattern: WordPattern.qwen2, normalizes: true,
                specialTokens: ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
                    + (0..<205).map { "<|extra_\($0)|>" },
                roles: TokenRoles(endOfSequence: "<|endoftext|>")),
            // GLM-4's tokenization_chatglm.py; its configuration has the tokens.
            "ChatGLM4Tokenizer": TokenizerClass(pattern: WordPattern.llama3, prefix: ["[gMASK]", "<sop>"]),
            // That of ChatGLM2 and 3.
            "ChatGLMTokenizer": TokenizerClass(
                specialTokens: [
                    "[MASK]", "[gMASK]", "[sMASK]", "sop", "eop", "<|system|>", "<|user|>", "<|assistant|>",
                    "<|observation|>",
                ], prefix: ["[gMASK]", "sop"], silentTokens: ["sop", "eop"]),
            "LlamaTokenizer": beginning, "LLaMATokenizer": beginning, "CodeLlamaTokenizer": beginning,
            "GemmaTokenizer": beginning, "BaichuanTokenizer": beginning, "InternLMTokenizer": beginning,
            "InternLM2Tokenizer": beginning, "InternLM3Tokenizer": beginning,
            "T5Tokenizer": end, "MT5Tokenizer": end, "UMT5Tokenizer": end,
        ]
    }()

    /// Classes whose ids are not those of their SentencePiece file.
    private static let renumbered: Set<String> = [
        "BarthezTokenizer", "CamembertTokenizer", "MBartTokenizer", "MBart50Tokenizer", "NllbTokenizer",
        "PegasusTokenizer", "SeamlessM4TTokenizer", "XGLMTokenizer", "XLMRobertaTokenizer",
    ]

    /// The class of a name, or nil.
    static func named(_ name: String) -> TokenizerClass? { all[name] }

    /// The class for a SentencePiece file: as Llama's where none is named or the one named is not known.
    static func sentencePiece(_ name: String?) throws(TokenizerError) -> TokenizerClass {
        guard let name else { return TokenizerClass(ends: (true, false)) }
        guard !renumbered.contains(name) else {
            throw TokenizerError(
                "tokenizer_class",
                "its ids are not those of the SentencePiece file; a tokenizer.json is needed", found: name,
                file: TokenizerConfiguration.file)
        }
        return all[name] ?? TokenizerClass(ends: (true, false))
    }

    /// The class for a vocabulary of bytes, which has to say how words are cut.
    static func byteLevel(_ name: String?, file: String, default byDefault: String?) throws(TokenizerError)
        -> (TokenizerClass, pattern: String)
    {
        guard let found = (name ?? byDefault).flatMap({ all[$0] }), let pattern = found.pattern else {
            let known = all.filter { $0.value.pattern != nil }.keys.sorted().joined(separator: ", ")
            throw TokenizerError(
                "tokenizer_class", "it does not say how \(file) cuts words",
                expected: known, found: name ?? "nothing", file: TokenizerConfiguration.file)
        }
        return (found, pattern)
    }

    /// Adds the class's tokens, roles and template to what a file says, then what the configuration says.
    func apply(
        to definition: inout TokenizerDefinition, numTokens: Int, _ configuration: TokenizerConfiguration?
    ) throws(TokenizerError) {
        let first = Int32(clamping: numTokens)
        definition.model.add(specialTokens.enumerated().map { ($1, first + Int32($0)) })
        for token in specialTokens where !silentTokens.contains(token) {
            definition.addedTokens.append(AddedToken(token, isSpecial: true))
        }
        definition.roles = definition.roles.filled(from: roles)
        if normalizes { definition.normalizer = .unicode(.nfc) }
        var pieces: [TemplatePiece] = prefix.map { .named($0) } + [.text]
        if ends.beginning, let token = definition.roles.beginningOfSequence {
            pieces.insert(.named(token), at: 0)
        }
        if ends.end, let token = definition.roles.endOfSequence { pieces.append(.named(token)) }
        definition.postProcessor = .template(pieces)
        try configuration?.apply(to: &definition, assignsIDs: true, ends: ends)
        if !prefix.isEmpty { definition.postProcessor = .template(pieces) }
    }
}
