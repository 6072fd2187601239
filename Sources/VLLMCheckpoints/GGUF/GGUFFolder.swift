// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The GGUF files of a folder or a repository, often one model in several quantizations.
package struct GGUFFolder {
    /// What messages call it.
    let path: String
    /// The models in it: whole files, and those that are split into parts.
    let models: [GGUFName]

    /// Most folders that are looked into.
    private static let maximumFolders = 64

    /// Lists a folder and those in it, for large models often have one for each quantization; what is no folder has no
    /// models.
    package init(_ path: String) {
        let names = ((try? FilePath.names(in: path)) ?? []).sorted()
        let folders = names.filter { !$0.hasPrefix(".") && FileStamp.isFolder("\(path)/\($0)") }
        let inFolders = folders.prefix(Self.maximumFolders).flatMap { folder in
            ((try? FilePath.names(in: "\(path)/\(folder)")) ?? []).map { "\(folder)/\($0)" }
        }
        self.init(path, files: (names + inFolders).map { "\(path)/\($0)" })
    }

    /// Takes the names of files.
    package init(_ path: String, files: some Sequence<String>) {
        self.path = path
        let models = files.filter { GGUFName.isGGUF($0) }.map { GGUFName(path: $0) }
        // What turns pictures into vectors stands beside the model, and is none.
        self.models = Set(models.filter { !$0.file.lowercased().hasPrefix("mmproj") })
            .sorted { $0.file < $1.file }
    }

    /// True where there is no model.
    package var isEmpty: Bool { models.isEmpty }

    /// The file of the one model, or of the one in a quantization; all parts where it is split.
    package func files(quantization: String? = nil) throws(CheckpointError) -> [String] {
        var candidates =
            quantization.map { name in models.filter { $0.names(quantization: name) } } ?? models
        // One beside the folders comes before those in them.
        let depth = candidates.map(\.depth).min()
        candidates.removeAll { $0.depth != depth }
        if candidates.count == 1, let model = candidates.first { return model.parts }
        let listed = models.map(\.file).joined(separator: ", ")
        guard let quantization else {
            throw CheckpointError(
                path,
                "has \(models.count) GGUF models, of which one has to be named behind a colon, such as \(path):Q4_K_M; there are \(listed)."
            )
        }
        let found = candidates.isEmpty ? "no GGUF model" : "\(candidates.count) GGUF models"
        throw CheckpointError(
            path, "has \(found) in the quantization '\(quantization)'; there are \(listed).")
    }
}
