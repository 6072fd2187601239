// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMTokenizers

/// A tokenizer without merges: the id of a byte is the byte, and four special tokens follow.
public enum MockTokenizer {
    /// Begins a text, where special tokens are added.
    public static let beginning: Int32 = 256
    /// Ends a sequence.
    public static let end: Int32 = 257
    /// Begins a message.
    public static let messageStart: Int32 = 258
    /// Ends a message.
    public static let messageEnd: Int32 = 259
    /// Ids there are.
    public static let vocabularySize = 260

    /// The special tokens in the order of their ids.
    static let specialTokens = ["<|begin|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>"]

    /// Compiles the tokenizer.
    public static func make() throws(TokenizerError) -> Tokenizer {
        var vocabulary = TokenList()
        for byte in 0..<256 { vocabulary.append(String(character(of: byte)).utf8, id: Int32(byte)) }
        var definition = TokenizerDefinition.byteLevel(
            vocabulary: vocabulary, merges: MergeList(),
            addedTokens: specialTokens.map { AddedToken($0, isSpecial: true) },
            roles: TokenRoles(beginningOfSequence: specialTokens[0], endOfSequence: specialTokens[1]))
        definition.postProcessor = .template([.tokens([beginning]), .text])
        return try Tokenizer(definition)
    }

    /// GPT-2's byte alphabet: printable Latin-1 stands for itself, the rest follows from U+0100 on.
    ///
    /// Source: Radford et al. 2019, `bytes_to_unicode` in openai/gpt-2, src/encoder.py.
    private static func character(of byte: Int) -> Unicode.Scalar {
        func isPrintable(_ value: Int) -> Bool {
            (0x21...0x7E).contains(value) || (0xA1...0xAC).contains(value) || (0xAE...0xFF).contains(value)
        }
        let rank = (0..<byte).count { !isPrintable($0) }
        let value = isPrintable(byte) ? byte : 0x100 + rank
        return Unicode.Scalar(UInt32(value)) ?? " "
    }
}
