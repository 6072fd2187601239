// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Which files of a repository are wanted.
package enum FileSelection: Sendable, Hashable {
    /// What serving needs: configuration, tokenizer, chat template and the weights in safetensors; where a repository
    /// has none, its `pytorch_model*.bin` if `allowsPickle` says so.
    case checkpoint(allowsPickle: Bool = false)
    /// The tokenizer and what belongs to it.
    case tokenizer
    /// All files.
    case everything

    /// The index of sharded weights.
    static let indexName = "model.safetensors.index.json"

    private static let configurationNames: Set<String> = ["config.json", "generation_config.json"]
    private static let tokenizerNames: Set<String> = [
        "tokenizer.model", "tokenizer.model.v3", "tokenizer.model.v7", "vocab.json", "vocab.txt",
        "merges.txt",
        "special_tokens_map.json", "added_tokens.json", "spiece.model", "sentencepiece.bpe.model",
        "tekken.json",
    ]

    /// True for the files that are wanted whatever the weights are.
    func wantsAlways(_ path: String) -> Bool {
        switch self {
        case .everything: true
        case .tokenizer: Self.isTokenizer(path) || path == "config.json"
        case .checkpoint:
            Self.isTokenizer(path) || Self.configurationNames.contains(path) || path == Self.indexName
        }
    }

    /// The files of the weights, of all paths of a repository.
    ///
    /// - Parameter shards: the files that the index names; nil where there is no index.
    func weights(in paths: some Sequence<String>, shards: Set<String>?) throws(HubError) -> [String] {
        guard case .checkpoint(let allowsPickle) = self else { return [] }
        if let shards { return shards.sorted() }
        let top = paths.filter { !$0.contains("/") }
        let tensors = top.filter { $0.hasSuffix(".safetensors") }
        // A second copy of the weights in their authors' own layout.
        let own = tensors.filter { !$0.hasPrefix("consolidated") }
        if !tensors.isEmpty { return (own.isEmpty ? tensors : own).sorted() }
        let pickles = top.filter { $0.hasPrefix("pytorch_model") && $0.hasSuffix(".bin") }
        if allowsPickle, !pickles.isEmpty {
            return (pickles + top.filter { $0 == "pytorch_model.bin.index.json" }).sorted()
        }
        throw HubError(
            .fileNotFound,
            pickles.isEmpty
                ? "The repository has no weights in the safetensors format."
                : "The repository has its weights as pytorch_model*.bin only, not in the safetensors format.")
    }

    private static func isTokenizer(_ path: String) -> Bool {
        if path.hasPrefix("additional_chat_templates/") { return path.hasSuffix(".jinja") }
        guard !path.contains("/") else { return false }
        return tokenizerNames.contains(path) || path.hasSuffix(".tiktoken")
            || path.hasPrefix("tokenizer") && path.hasSuffix(".json") || path.hasPrefix("chat_template.")
    }
}
