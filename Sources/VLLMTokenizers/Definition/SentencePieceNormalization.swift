// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Describes what SentencePiece does to a text: the `normalizer_spec` of its files.
public struct SentencePieceNormalization: Sendable, Hashable {
    /// Replacements compiled by SentencePiece; empty for none.
    public var characterMap: [UInt8]
    /// When a space is put in front, or behind with `whitespaceIsSuffix`.
    public var prefix: PrependScheme
    /// Whether white space at the ends goes and runs of it become one.
    public var removesExtraWhitespace: Bool
    /// Whether spaces become U+2581.
    public var escapesWhitespace: Bool
    /// Whether words end with white space rather than begin with it.
    public var whitespaceIsSuffix: Bool
    /// Texts that are left as they are.
    public var protected: [String]

    /// Creates a description; the defaults are SentencePiece's.
    public init(
        characterMap: [UInt8] = [], prefix: PrependScheme = .always, removesExtraWhitespace: Bool = true,
        escapesWhitespace: Bool = true, whitespaceIsSuffix: Bool = false, protected: [String] = []
    ) {
        self.characterMap = characterMap
        self.prefix = prefix
        self.removesExtraWhitespace = removesExtraWhitespace
        self.escapesWhitespace = escapesWhitespace
        self.whitespaceIsSuffix = whitespaceIsSuffix
        self.protected = protected
    }
}
