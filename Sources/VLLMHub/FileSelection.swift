// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMCheckpoints

/// Which files of a repository are wanted.
package enum FileSelection: Sendable, Hashable {
    /// What serving needs: configuration, tokenizer, chat template and the weights, from files of that kind.
    case checkpoint(WeightFiles = .auto)
    /// The GGUF file in a quantization, or its parts, which bring all along.
    case gguf(quantization: String)
    /// The tokenizer and what belongs to it.
    case tokenizer
    /// All files.
    case everything

    /// The indices of sharded weights.
    static let safetensorsIndex = "model.safetensors.index.json"
    static let pytorchIndex = "pytorch_model.bin.index.json"

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
        case .checkpoint: Self.isTokenizer(path) || Self.configurationNames.contains(path)
        case .gguf: false
        }
    }

    /// The index of the weights that are wanted, of all paths of a repository; nil where there is none.
    func index(in paths: some Collection<String>) -> String? {
        guard case .checkpoint(let files) = self else { return nil }
        if files != .pt {
            if paths.contains(Self.safetensorsIndex) { return Self.safetensorsIndex }
            if files == .safetensors || !Self.safetensors(in: paths).isEmpty { return nil }
        }
        return paths.contains(Self.pytorchIndex) ? Self.pytorchIndex : nil
    }

    /// The files of the weights, of all paths of a repository.
    ///
    /// - Parameter shards: the files that the index names; nil where there is no index.
    func weights(in paths: some Collection<String>, shards: Set<String>?) throws(HubError) -> [String] {
        if case .gguf(let quantization) = self { return try Self.gguf(quantization, in: paths) }
        guard case .checkpoint(let files) = self else { return [] }
        if let shards { return shards.sorted() }
        let tensors = files == .pt ? [] : Self.safetensors(in: paths)
        // A second copy of the weights in their authors' own layout.
        let own = tensors.filter { !$0.hasPrefix("consolidated") }
        if !tensors.isEmpty { return (own.isEmpty ? tensors : own).sorted() }
        let pickles = WeightFiles.pytorchNames(in: paths.filter { !$0.contains("/") })
        if files != .safetensors, !pickles.isEmpty { return pickles }
        let format = files == .pt ? "PyTorch's format" : "the safetensors format"
        throw HubError(
            .fileNotFound,
            files == .safetensors && !pickles.isEmpty
                ? "The repository has its weights in files of PyTorch only, not in \(format)."
                : "The repository has no weights in \(format)\(files == .auto || files == .hf ? " or PyTorch's" : "")."
        )
    }

    private static func gguf(
        _ quantization: String, in paths: some Sequence<String>
    ) throws(HubError) -> [String] {
        do throws(CheckpointError) {
            let near = paths.filter { path in path.count { $0 == "/" } <= 1 }
            return try GGUFFolder("the repository", files: near).files(quantization: quantization)
        } catch {
            throw HubError(.fileNotFound, error.description)
        }
    }

    private static func safetensors(in paths: some Sequence<String>) -> [String] {
        paths.filter { !$0.contains("/") && $0.hasSuffix(".safetensors") }
    }

    private static func isTokenizer(_ path: String) -> Bool {
        if path.hasPrefix("additional_chat_templates/") { return path.hasSuffix(".jinja") }
        guard !path.contains("/") else { return false }
        return tokenizerNames.contains(path) || path.hasSuffix(".tiktoken")
            || path.hasPrefix("tokenizer") && path.hasSuffix(".json") || path.hasPrefix("chat_template.")
    }
}
