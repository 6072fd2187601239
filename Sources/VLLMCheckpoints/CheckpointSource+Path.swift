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
        } else if let (folder, quantization) = Self.quantized(path), !GGUFFolder(folder).isEmpty {
            let files = try GGUFFolder(folder).files(quantization: quantization)
            self = .gguf(try GGUFModel(path: files.first ?? path))
        } else {
            return nil
        }
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
            || !WeightFiles.pytorchNames(in: names).isEmpty
    }
}
