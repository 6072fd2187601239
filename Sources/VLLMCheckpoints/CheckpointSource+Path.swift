// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension CheckpointSource {
    /// Opens what a path names: a GGUF file, a folder with a config.json, or a folder with GGUF files, of which
    /// `folder:Q4_K_M` names one; nil where there is nothing of that.
    package init?(path: String) throws(CheckpointError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { return nil }
        if Self.isFile(path) {
            self = .gguf(try GGUFModel(path: path))
            return
        }
        let models = GGUFFolder(path)
        let isConfigured = try FileBytes(mapping: "\(path)/config.json") != nil
        let hasWeights = try !models.isEmpty && isConfigured ? Self.hasWeights(path) : true
        if isConfigured, hasWeights {
            self = .folder(path: path)
        } else if !models.isEmpty {
            self = .gguf(try GGUFModel(path: try models.files().first ?? path))
        } else if let (folder, quantization) = Self.quantized(path), case let models = GGUFFolder(folder),
            !models.isEmpty
        {
            let files = try models.files(quantization: quantization)
            self = .gguf(try GGUFModel(path: files.first ?? path))
        } else {
            return nil
        }
    }

    /// Opens what a path names, as `init(path:)` does, or a folder with a tokenizer alone; nil for what may be the id of a
    /// model on the hub: there is nothing of that name, and it does not look like a path.
    ///
    /// - Throws: `CheckpointError` that says what a folder or a file lacks to be a model.
    package static func local(_ path: String) throws(CheckpointError) -> CheckpointSource? {
        if let source = try CheckpointSource(path: path) { return source }
        guard !path.isEmpty, !path.utf8.contains(0) else { return nil }
        if FileStamp.isFolder(path) {
            let names = try FilePath.names(in: path).filter { $0 != "." && $0 != ".." }
            if names.contains(where: TokenizerFileNames.contains) { return .folder(path: path) }
            throw CheckpointError(path, "is a folder without a model: \(wanted). \(held(names))")
        }
        if FileStamp(path) != nil {
            throw CheckpointError(
                path, "is a file, but not one of GGUF; other models are named by the folder that they are in."
            )
        }
        if let (place, quantization) = quantized(path), FileStamp(place) != nil {
            throw CheckpointError(
                place,
                FileStamp.isFolder(place)
                    ? "is a folder without GGUF files, of which '\(quantization)' could be one."
                    : "is a file: '\(quantization)' names one of a folder of GGUF files.")
        }
        let isPath = path.hasPrefix("/") || ["", ".", ".."].contains(path.prefix { $0 != "/" })
        guard !isPath else { throw CheckpointError(path, "is not there: no folder or file has this name.") }
        return nil
    }

    /// What makes a folder that of a model.
    private static let wanted =
        "there is no config.json (with the weights in safetensors or PyTorch's files beside it), no GGUF file, and no tokenizer (\(TokenizerFileNames.wanted))"

    /// A sentence on what a folder holds.
    private static func held(_ names: [String]) -> String {
        guard !names.isEmpty else { return "It is empty." }
        let shown = names.sorted().prefix(8).joined(separator: ", ")
        return names.count > 8 ? "It holds \(shown) and \(names.count - 8) more." : "It holds \(shown)."
    }

    /// What stands before and behind the last colon: a model, and one of its quantizations.
    package static func quantized(_ name: String) -> (model: String, quantization: String)? {
        guard let colon = name.lastIndex(of: ":") else { return nil }
        let quantization = name[name.index(after: colon)...]
        guard colon > name.startIndex, !quantization.isEmpty, !quantization.contains("/") else { return nil }
        return (String(name[..<colon]), String(quantization))
    }

    /// True for what can be mapped and is called like a GGUF file, or begins like one.
    private static func isFile(_ path: String) -> Bool {
        guard let file = try? FileBytes(mapping: path) else { return false }
        return GGUFName.isGGUF(path) || GGUFFile.isGGUF(file)
    }

    /// True where weights stand beside the config.json.
    private static func hasWeights(_ folder: String) throws(CheckpointError) -> Bool {
        let names = try FilePath.names(in: folder)
        let index = "model.safetensors.index.json"
        return names.contains("model.safetensors") || names.contains(index)
            || !WeightFiles.safetensorsParts(in: names).isEmpty
            || !WeightFiles.pytorchNames(in: names).isEmpty
    }
}
