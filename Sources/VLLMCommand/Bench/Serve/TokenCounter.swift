// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTokenizers

/// Counts the tokens of texts, or estimates how many there are.
package struct TokenCounter {
    private let tokenizer: Tokenizer?

    /// Counts with a tokenizer; without one, a token is four bytes.
    package init(_ tokenizer: Tokenizer?) { self.tokenizer = tokenizer }

    /// The length of a text as a prompt.
    package func count(_ text: String) throws -> Int {
        guard let tokenizer else { return (text.utf8.count + 3) / 4 }
        return try tokenizer.encode(text).count
    }
}
