// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A vocabulary as the metadata of a GGUF file holds it, under `tokenizer.ggml`.
public struct GGUFVocabulary: Sendable {
    /// The algorithm: `llama`, `gpt2`, `bert` or `t5`.
    public var model: String
    /// How words are cut, for `gpt2`.
    public var pre: String?
    /// The tokens; their positions are their ids.
    public var tokens: [String]
    /// A score a token, or none.
    public var scores: [Float] = []
    /// The numbers of `PieceKind`, one a token, or none.
    public var tokenTypes: [Int32] = []
    /// Pairs with a space between, for `gpt2`.
    public var merges: [String] = []
    /// The id of the token that begins a sequence.
    public var beginningOfSequenceID: Int32?
    /// The id of the token that ends a sequence.
    public var endOfSequenceID: Int32?
    /// The id of the token for what the vocabulary does not have.
    public var unknownID: Int32?
    /// The id of the token between texts.
    public var separatorID: Int32?
    /// The id of the token that fills a sequence up.
    public var paddingID: Int32?
    /// The id of the token in front of a text that is to be classified.
    public var classID: Int32?
    /// The id of the token in place of a word to be guessed.
    public var maskID: Int32?
    /// Whether a text gets the token that begins a sequence.
    public var addsBeginningOfSequence: Bool?
    /// Whether a text gets the token that ends a sequence.
    public var addsEndOfSequence: Bool?
    /// Whether a text gets the separator behind it.
    public var addsSeparator: Bool?
    /// Whether a space is put in front of a text.
    public var addsSpacePrefix: Bool?
    /// Whether runs of spaces become one.
    public var removesExtraWhitespace: Bool?
    /// Replacements compiled by SentencePiece.
    public var precompiledCharacterMap: [UInt8] = []
    /// Whether text becomes lower case, for `bert`.
    public var lowercases: Bool?

    /// What `pre` may be.
    package static let preTokenizers: [String] = GGUFPreTokenizer.all.keys.sorted()

    /// Creates a vocabulary of tokens alone.
    public init(model: String, tokens: [String]) {
        self.model = model
        self.tokens = tokens
    }
}
