// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints

/// A snapshot that the cache holds, looked at without the network.
struct CachedSnapshot: Sendable {
    /// Its folder.
    let path: String
    /// Its commit.
    let commit: String

    /// Finds the snapshot of a revision; nil where the cache has none.
    init?(root: String, _ repository: RepositoryName) {
        let folder = "\(root)/\(repository.folder)"
        guard let commit = Self.commit(repository, folder) else { return nil }
        let path = "\(folder)/snapshots/\(commit)"
        guard (try? Folder.existing(path)) != nil else { return nil }
        self.path = path
        self.commit = commit
    }

    /// The first file that is missing, as far as can be known without the hub; nil where none is.
    ///
    /// - Parameter includingTokenizer: whether a checkpoint without a tokenizer counts as incomplete, though some
    ///   repositories have none.
    func missingFile(_ selection: FileSelection, includingTokenizer: Bool = false) -> String? {
        var needsTokenizer = includingTokenizer || selection == .tokenizer
        if case .gguf = selection { needsTokenizer = false }
        if needsTokenizer, !Self.tokenizers.contains(where: has) { return "tokenizer.json" }
        if case .gguf(let quantization) = selection {
            guard let files = try? GGUFFolder(path).files(quantization: quantization) else {
                return "the GGUF file in \(quantization)"
            }
            return files.map { String($0.dropFirst(path.count + 1)) }.first { !has($0) }
        }
        guard case .checkpoint(let files) = selection else { return nil }
        guard has("config.json") else { return "config.json" }
        let safetensors = files == .pt ? nil : weights("model.safetensors", FileSelection.safetensorsIndex)
        let pytorch = files == .safetensors ? nil : weights("pytorch_model.bin", FileSelection.pytorchIndex)
        guard let state = safetensors ?? pytorch else {
            return files == .pt ? "pytorch_model.bin" : "model.safetensors"
        }
        if case .lacking(let name) = state { return name }
        return nil
    }

    /// Weights of one format.
    private enum Weights {
        case complete
        case lacking(String)
    }

    /// The weights in one file, or in the shards of an index; nil where neither is there, for shards without their
    /// index are a download that was broken off.
    private func weights(_ file: String, _ index: String) -> Weights? {
        guard has(index) else { return has(file) ? .complete : nil }
        guard let shards = WeightIndex.shards(in: content(of: index)) else { return .lacking(index) }
        return shards.sorted().first { RepositoryPath($0) == nil || !has($0) }.map { .lacking($0) }
            ?? .complete
    }

    private static let tokenizers = [
        "tokenizer.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "qwen.tiktoken",
        "vocab.json",
        "vocab.txt", "tekken.json",
    ]

    private static func commit(_ repository: RepositoryName, _ folder: String) -> String? {
        if repository.isCommit { return repository.revision }
        var parts = repository.revision.split(separator: "/").map(String.init)
        let name = parts.removeLast()
        let place = ([folder, "refs"] + parts).joined(separator: "/")
        guard let content = try? Folder.existing(place)?.content(of: name, limit: 256) else { return nil }
        let commit = String(decoding: content.prefix { $0 > 0x20 }, as: UTF8.self)
        return RepositoryName.isCommit(commit) ? commit : nil
    }

    private func has(_ name: String) -> Bool {
        guard let (folder, file) = place(of: name), case .file = folder.entry(file) else { return false }
        return true
    }

    private func content(of name: String) -> [UInt8]? {
        place(of: name).flatMap { $0.folder.content(of: $0.name, limit: 256 << 20) }
    }

    private func place(of name: String) -> (folder: Folder, name: String)? {
        var parts = name.split(separator: "/").map(String.init)
        guard let file = parts.popLast(),
            let folder = try? Folder.existing(([path] + parts).joined(separator: "/"))
        else { return nil }
        return (folder, file)
    }
}
