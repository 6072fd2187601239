// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Describes a pre-tokenizer.
public indirect enum PreTokenizerDefinition: Sendable, Hashable {
    /// Bytes become characters of the byte-level alphabet, cut by GPT-2's pattern if `useRegex`.
    case byteLevel(addPrefixSpace: Bool, useRegex: Bool)
    /// Cut at the matches of a pattern, or with `invert` at what lies between them.
    case split(TextPattern, behavior: SplitBehavior, invert: Bool)
    /// Cut numbers off, each digit alone if `individual`.
    case digits(individual: Bool)
    /// Words and runs of other characters; white space goes.
    case whitespace
    /// Cut at white space, which goes.
    case whitespaceSplit
    /// Cut at punctuation.
    case punctuation(SplitBehavior)
    /// Cut at one character, which goes.
    case delimiter(Unicode.Scalar)
    /// Cut where the script changes.
    case unicodeScripts
    /// White space and punctuation as BERT does.
    case bert
    /// Spaces become `replacement`; with `split` words begin there.
    case metaspace(replacement: Unicode.Scalar, prepend: PrependScheme, split: Bool)
    /// One after the other.
    case sequence([PreTokenizerDefinition])
}
