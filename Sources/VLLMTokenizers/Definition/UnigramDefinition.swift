// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Describes a unigram language model: Kudo 2018, "Subword Regularization".
///
/// Of all ways to cut a text into tokens, the one with the largest sum of scores is taken.
public struct UnigramDefinition: Sendable {
    /// In what numbers sums are kept, which decides between ways that are equally good.
    public enum Precision: Sendable, Hashable {
        /// 32 bits, as SentencePiece.
        case single
        /// 64 bits, as `tokenizers`.
        case double
    }

    /// The tokens; control, unknown and byte tokens are not found in text.
    public var pieces: PieceList
    /// The token of a character that no token has; without one such a character is an error.
    public var unknownID: Int32?
    /// Whether an unknown run becomes the tokens `<0x00>`...`<0xFF>` of its bytes.
    public var byteFallback: Bool
    /// In what numbers sums are kept.
    public var precision: Precision

    /// Creates a description.
    public init(
        pieces: PieceList, unknownID: Int32?, byteFallback: Bool = false, precision: Precision = .double
    ) {
        self.pieces = pieces
        self.unknownID = unknownID
        self.byteFallback = byteFallback
        self.precision = precision
    }
}
