// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Describes a normalizer.
public indirect enum NormalizerDefinition: Sendable, Hashable {
    /// A Unicode normalization form.
    case unicode(NormalizationForm)
    /// Every code point's lower case, without regard to its neighbours.
    case lowercase
    /// Every match becomes `content`, literally.
    case replace(TextPattern, content: String)
    /// A text that is not empty gets `prefix`.
    case prepend(String)
    /// White space at the ends goes.
    case strip(left: Bool, right: Bool)
    /// Combining marks go; decomposed text is expected.
    case stripAccents
    /// What BERT does; nil for `stripAccents` means as `lowercase` says.
    case bert(cleanText: Bool, handleChineseCharacters: Bool, stripAccents: Bool?, lowercase: Bool)
    /// Every byte becomes its character of the byte-level alphabet.
    case byteLevel
    /// The replacements of a map that SentencePiece compiled, grapheme by grapheme as `tokenizers` applies them.
    case characterMap([UInt8])
    /// What SentencePiece does.
    case sentencePiece(SentencePieceNormalization)
    /// Controls go and unusual white space becomes a space: the `nmt` rules of SentencePiece.
    case nmt
    /// One after the other.
    case sequence([NormalizerDefinition])
}
