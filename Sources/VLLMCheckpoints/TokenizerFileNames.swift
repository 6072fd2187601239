// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What files with a tokenizer are called, in the order in which they are looked for.
package enum TokenizerFileNames {
    /// The file that says all.
    package static let whole = "tokenizer.json"
    /// Vocabularies of SentencePiece and tiktoken; so is every file that ends in `tiktokenEnding`.
    package static let models = [
        "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "tiktoken.model",
    ]
    package static let tiktokenEnding = ".tiktoken"
    /// GPT-2's two files.
    package static let vocabulary = "vocab.json"
    package static let merges = "merges.txt"
    /// BERT's words.
    package static let words = "vocab.txt"

    /// What messages say that there might be.
    package static let wanted =
        "\(whole), tokenizer.model, *\(tiktokenEnding), \(vocabulary) with \(merges), or \(words)"

    /// True for the name of a file that has a tokenizer or a part of one.
    package static func contains(_ name: String) -> Bool {
        name == whole || models.contains(name) || name.hasSuffix(tiktokenEnding)
            || [vocabulary, merges, words].contains(name)
    }
}
