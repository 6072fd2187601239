// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// Which files of a folder have the weights, by vLLM's names for `--load-format`.
package enum WeightFiles: String, Sendable, CaseIterable {
    /// Safetensors where there are any, else what PyTorch wrote.
    case auto
    /// The same.
    case hf
    case safetensors
    /// What `torch.save` wrote.
    case pt
    /// A GGUF file, which brings its configuration along.
    case gguf

    /// The tensors by name, and the files that they are in.
    typealias Found = (tensors: [String: StoredTensor], files: [FileBytes])
    private typealias Reader = (FileBytes, String) throws(CheckpointError) -> [String: StoredTensor]

    /// Finds the tensors of a checkpoint.
    func open(_ source: CheckpointSource) throws(CheckpointError) -> Found {
        guard self != .gguf else {
            throw CheckpointError(source.name, "is no GGUF file, nor a folder with one.")
        }
        if self != .pt, let found = try Self.safetensors(source) { return found }
        if self != .safetensors, let found = try Self.pytorch(source) { return found }
        let wanted =
            switch self {
            case .auto, .hf: "neither safetensors nor files of PyTorch"
            case .safetensors: "no safetensors"
            case .pt, .gguf: "no files of PyTorch"
            }
        throw CheckpointError(
            source.name,
            "has \(wanted): model.safetensors, pytorch_model.bin or their .index.json should be there.")
    }

    private static func safetensors(_ source: CheckpointSource) throws(CheckpointError) -> Found? {
        let read = { (file: FileBytes, path: String) throws(CheckpointError) in
            try SafetensorsFile.tensors(of: file, path: path)
        }
        if let found = try found("model.safetensors", source, read) { return found }
        let names = safetensorsParts(in: try source.fileNames())
        return names.isEmpty ? nil : try union(names, source, read)
    }

    /// Of the names in a folder, those of parts of weights in safetensors, which are read without an index too.
    static func safetensorsParts(in names: some Sequence<String>) -> [String] {
        names.filter { $0.hasPrefix("model-") && SplitName.parts(of: $0, suffix: ".safetensors") != nil }
            .sorted()
    }

    /// Of the names in a folder, those of PyTorch's files with weights: the standard one, else all that end as PyTorch's do.
    package static func pytorchNames(in names: some Sequence<String>) -> [String] {
        let names = names.filter { !others.contains($0) }
        if names.contains("pytorch_model.bin") { return ["pytorch_model.bin"] }
        for ending in [".bin", ".pt"] {
            let chosen = names.filter { $0.hasSuffix(ending) }.sorted()
            if !chosen.isEmpty { return chosen }
        }
        return []
    }

    /// Training leaves files of PyTorch that hold no weights beside those that do.
    private static let others: Set<String> = [
        "training_args.bin", "optimizer.bin", "scheduler.bin", "scaler.bin", "training_args.pt",
        "optimizer.pt",
        "scheduler.pt", "scaler.pt",
    ]

    private static func pytorch(_ source: CheckpointSource) throws(CheckpointError) -> Found? {
        let read = { (file: FileBytes, path: String) throws(CheckpointError) in
            try PyTorchFile.tensors(of: file, path: path)
        }
        if let found = try found("pytorch_model.bin", source, read) { return found }
        let names = pytorchNames(in: try source.fileNames())
        return names.isEmpty ? nil : try union(names, source, read)
    }

    /// The tensors of a file, or of the shards that the index beside it names; nil where there is neither.
    private static func found(
        _ name: String, _ source: CheckpointSource, _ read: Reader
    ) throws(CheckpointError) -> Found? {
        if let index = try source.object("\(name).index.json", sizeLimit: 256 << 20) {
            return try shards(index, "\(name).index.json", source, read)
        }
        guard let file = try source.file(name) else { return nil }
        return (try read(file, source.path(of: name)), [file])
    }

    private static func shards(
        _ index: JSONObject, _ indexName: String, _ source: CheckpointSource, _ read: Reader
    ) throws(CheckpointError) -> Found {
        let indexPath = source.path(of: indexName)
        guard let map = index["weight_map"]?.objectValue else {
            throw CheckpointError(indexPath, "has no weight_map.")
        }
        let names = Set(map.lazy.compactMap(\.value.stringValue))
        var missing: [String] = []
        for name in names.sorted() where try source.file(name) == nil { missing.append(name) }
        guard missing.isEmpty else {
            throw CheckpointError.missing(missing, of: names.count, path: source.path)
        }
        var shards: [String: [String: StoredTensor]] = [:]
        var found: Found = ([:], [])
        for (name, value) in map {
            guard let shard = value.stringValue else {
                throw CheckpointError(indexPath, "weight_map of '\(name)' is no file name.")
            }
            if shards[shard] == nil {
                guard let file = try source.file(shard) else {
                    throw CheckpointError(indexPath, "names the file \(shard), which is not there.")
                }
                shards[shard] = try read(file, source.path(of: shard))
                found.files.append(file)
            }
            guard let entry = shards[shard]?[name] else {
                throw CheckpointError(
                    source.path(of: shard), "has no tensor '\(name)', which the index says it has.")
            }
            found.tensors[name] = entry
        }
        return found
    }

    /// The tensors of several files, none of which has a name twice.
    private static func union(
        _ names: [String], _ source: CheckpointSource, _ read: Reader
    ) throws(CheckpointError) -> Found {
        var found: Found = ([:], [])
        for name in names {
            let ending = name.lastIndex(of: ".").map { name[$0...] } ?? ""
            let parts = SplitName.parts(of: name, suffix: String(ending)) ?? []
            let missing = parts.filter { !names.contains($0) }
            guard missing.isEmpty else {
                throw CheckpointError.missing(missing, of: parts.count, path: source.path)
            }
            guard let file = try source.file(name) else { continue }
            for (tensor, entry) in try read(file, source.path(of: name)) {
                guard found.tensors.updateValue(entry, forKey: tensor) == nil else {
                    throw CheckpointError(
                        source.path(of: name), "has the tensor '\(tensor)', which another file has too.")
                }
            }
            found.files.append(file)
        }
        return found
    }
}
