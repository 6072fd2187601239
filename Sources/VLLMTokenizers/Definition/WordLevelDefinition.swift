// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Describes a model whose tokens are whole words.
public struct WordLevelDefinition: Sendable {
    /// The words.
    public var vocabulary: TokenList
    /// The token of any other word.
    public var unknownToken: String

    /// Creates a description.
    public init(vocabulary: TokenList, unknownToken: String = "<unk>") {
        self.vocabulary = vocabulary
        self.unknownToken = unknownToken
    }
}
