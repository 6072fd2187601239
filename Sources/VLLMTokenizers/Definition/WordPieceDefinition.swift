// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Describes a WordPiece model: the longest token first, from left to right; Wu et al. 2016, Devlin et al. 2018.
public struct WordPieceDefinition: Sendable {
    /// The tokens.
    public var vocabulary: TokenList
    /// The token of a word that cannot be put together.
    public var unknownToken: String
    /// What tokens inside a word begin with.
    public var continuingSubwordPrefix: String
    /// Longer words, in code points, are unknown.
    public var maximumWordLength: Int

    /// Creates a description.
    public init(
        vocabulary: TokenList, unknownToken: String = "[UNK]", continuingSubwordPrefix: String = "##",
        maximumWordLength: Int = 100
    ) {
        self.vocabulary = vocabulary
        self.unknownToken = unknownToken
        self.continuingSubwordPrefix = continuingSubwordPrefix
        self.maximumWordLength = maximumWordLength
    }
}
