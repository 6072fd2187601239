// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Describes how tokens become text.
public indirect enum DecoderDefinition: Sendable, Hashable {
    /// Characters of the byte-level alphabet become bytes; all tokens become one.
    case byteLevel
    /// Tokens `<0x00>`...`<0xFF>` become bytes; a run of them that is not UTF-8 becomes one U+FFFD a byte.
    case byteFallback
    /// All tokens become one.
    case fuse
    /// `replacement` becomes a space, and nothing in the first token unless `prepend` is never.
    case metaspace(replacement: Unicode.Scalar, prepend: PrependScheme)
    /// Every match becomes `content`, literally.
    case replace(TextPattern, content: String)
    /// Up to `start` and `stop` times `content` goes from a token's ends.
    case strip(content: Unicode.Scalar, start: Int, stop: Int)
    /// Until there is text, a token loses a space that it begins with.
    case leadingSpaces
    /// Tokens that do not begin with `prefix` are words of their own.
    case wordPiece(prefix: String, cleanup: Bool)
    /// `suffix` ends a word.
    case bytePairEncoding(suffix: String)
    /// One after the other.
    case sequence([DecoderDefinition])
}
