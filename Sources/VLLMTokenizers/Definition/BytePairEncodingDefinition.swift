// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Describes a byte pair encoding: Sennrich, Haddow and Birch 2016, "Neural Machine Translation of Rare Words
/// with Subword Units".
public struct BytePairEncodingDefinition: Sendable {
    /// The tokens.
    public var vocabulary: TokenList
    /// Which symbols merge, and what first.
    public var merges: MergeRule
    /// The token for characters the vocabulary does not have; without one they are dropped.
    public var unknownToken: String?
    /// Whether adjacent unknown characters are one token.
    public var fusesUnknown: Bool
    /// Whether an unknown character becomes the tokens `<0x00>`...`<0xFF>` of its bytes.
    public var byteFallback: Bool
    /// Whether a word that is a token is taken whole.
    public var ignoreMerges: Bool
    /// What the characters after a word's first begin with in the vocabulary.
    public var continuingSubwordPrefix: String?
    /// What a word's last character ends with in the vocabulary.
    public var endOfWordSuffix: String?
    /// Tokens that are found before anything merges, longest first; nothing merges across them.
    public var protectedTokens: [String]
    /// Tokens that are only steps to longer ones: where one remains, the last merge that gave it is undone.
    public var unusedIDs: Set<Int32>

    /// Creates a description.
    public init(
        vocabulary: TokenList, merges: MergeRule, unknownToken: String? = nil, fusesUnknown: Bool = false,
        byteFallback: Bool = false, ignoreMerges: Bool = false, continuingSubwordPrefix: String? = nil,
        endOfWordSuffix: String? = nil, protectedTokens: [String] = [], unusedIDs: Set<Int32> = []
    ) {
        self.vocabulary = vocabulary
        self.merges = merges
        self.unknownToken = unknownToken
        self.fusesUnknown = fusesUnknown
        self.byteFallback = byteFallback
        self.ignoreMerges = ignoreMerges
        self.continuingSubwordPrefix = continuingSubwordPrefix
        self.endOfWordSuffix = endOfWordSuffix
        self.protectedTokens = protectedTokens
        self.unusedIDs = unusedIDs
    }
}
