// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The regular expressions that published tokenizers cut words with.
///
/// Each is scanned by hand-written code that gives the same pieces; any other expression runs on PCRE2.
public enum WordPattern {
    /// GPT-2, and what the ByteLevel pre-tokenizer uses.
    public static let gpt2 =
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

    /// Llama 3 and the cl100k family: up to three digits.
    public static let llama3 =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"#
        + spaces

    /// Qwen 2 and Qwen 3: digits one by one.
    public static let qwen2 =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"#
        + spaces

    /// Qwen 3.5: digits one by one, marks belong to words.
    public static let qwen35 =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"#
        + #"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"# + spaces

    /// GPT-4o: words end where an upper case letter begins the next.
    public static let o200k =
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#
        + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#
        + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*"# + spaces

    /// White space: up to the last line end, then all but the last, which goes with the next word.
    private static let spaces = #"|\s*[\r\n]+|\s+(?!\S)|\s+"#
}
