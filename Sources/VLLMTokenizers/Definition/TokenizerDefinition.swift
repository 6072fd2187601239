// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Describes a tokenizer as its files do, before anything is compiled.
///
/// The stages are those of a Hugging Face `tokenizer.json`; other formats are translated into them.
public struct TokenizerDefinition: Sendable {
    /// What is done to the text before it is split.
    public var normalizer: NormalizerDefinition?
    /// How text is cut into words, which the model does not merge across.
    public var preTokenizer: PreTokenizerDefinition?
    /// How words become tokens.
    public var model: ModelDefinition
    /// What is added around the tokens of a text.
    public var postProcessor: PostProcessorDefinition?
    /// How tokens become text; without one the tokens are joined with spaces.
    public var decoder: DecoderDefinition?
    /// Tokens found in the text before the model sees it, in order. Ids are assigned as `tokenizers` does:
    /// that of the model's vocabulary, or the next free one.
    public var addedTokens: [AddedToken]
    /// The texts of the tokens that have a role.
    public var roles: TokenRoles
    /// Where it comes from.
    public var files = TokenizerFiles()

    /// Creates a definition.
    public init(
        model: ModelDefinition, normalizer: NormalizerDefinition? = nil,
        preTokenizer: PreTokenizerDefinition? = nil, postProcessor: PostProcessorDefinition? = nil,
        decoder: DecoderDefinition? = nil, addedTokens: [AddedToken] = [], roles: TokenRoles = TokenRoles()
    ) {
        self.model = model
        self.normalizer = normalizer
        self.preTokenizer = preTokenizer
        self.postProcessor = postProcessor
        self.decoder = decoder
        self.addedTokens = addedTokens
        self.roles = roles
    }

    /// Describes a GPT-2 style tokenizer: bytes, one pattern, no normalizer.
    ///
    /// - Parameters:
    ///   - pattern: the regular expression that cuts words; `WordPattern` has the usual ones.
    ///   - ignoreMerges: whether a word that is a token is taken whole, as Llama 3 does.
    public static func byteLevel(
        vocabulary: TokenList, merges: MergeList, pattern: String = WordPattern.gpt2,
        ignoreMerges: Bool = false,
        addedTokens: [AddedToken] = [], roles: TokenRoles = TokenRoles()
    ) -> TokenizerDefinition {
        let model = BytePairEncodingDefinition(
            vocabulary: vocabulary, merges: .list(merges), ignoreMerges: ignoreMerges)
        return byteLevel(model, pattern: pattern, addedTokens: addedTokens, roles: roles)
    }

    /// Describes a byte-level tokenizer of a model, with one pattern.
    static func byteLevel(
        _ model: BytePairEncodingDefinition, pattern: String, addedTokens: [AddedToken] = [],
        roles: TokenRoles = TokenRoles()
    ) -> TokenizerDefinition {
        TokenizerDefinition(
            model: .bytePairEncoding(model),
            preTokenizer: .sequence([
                .split(.regex(pattern), behavior: .isolated, invert: false),
                .byteLevel(addPrefixSpace: false, useRegex: false),
            ]),
            decoder: .byteLevel, addedTokens: addedTokens, roles: roles)
    }
}
