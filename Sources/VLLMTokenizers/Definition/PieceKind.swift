// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What a token of a SentencePiece vocabulary is for; the numbers are those of its files and of GGUF's `token_type`.
public enum PieceKind: UInt8, Sendable, Hashable {
    /// Found in text.
    case normal = 1
    /// Stands for what the vocabulary does not have.
    case unknown = 2
    /// Never found in text, such as the beginning of a sequence.
    case control = 3
    /// Found in text before anything else.
    case userDefined = 4
    /// Only a step on the way to longer tokens.
    case unused = 5
    /// One byte of a character that the vocabulary does not have.
    case byte = 6
}
