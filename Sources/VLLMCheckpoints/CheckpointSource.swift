// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMJSON

/// Where a checkpoint's files come from: a folder, one GGUF file or its parts, or the program itself.
package enum CheckpointSource: Sendable {
    /// A folder of the file system.
    case folder(path: String)
    /// Files in memory by name.
    case embedded(name: String, files: [String: FileBytes])
    /// A model that is whole in itself; it has no files besides.
    case gguf(GGUFModel)

    /// What messages call it.
    package var name: String {
        switch self {
        case .folder(let path): path
        case .embedded(let name, _): name
        case .gguf(let model): model.name
        }
    }

    /// The folder, or nil for what is none.
    package var folder: String? {
        if case .folder(let path) = self { path } else { nil }
    }

    /// The folder or the GGUF file, from which `init(path:)` makes the same; nil for what is part of the program.
    package var path: String? {
        switch self {
        case .folder(let path): path
        case .embedded: nil
        case .gguf(let model): model.path
        }
    }

    /// How messages name one of its files.
    package func path(of file: String) -> String {
        if case .gguf = self { "\(name), read as \(file)" } else { "\(name)/\(file)" }
    }

    /// The bytes of a file, or nil where there is none.
    ///
    /// A name that leaves the folder is refused, for names come from the checkpoint's own files too.
    package func file(_ file: String) throws(CheckpointError) -> FileBytes? {
        guard !file.isEmpty, !file.contains("/"), file != "..", !file.utf8.contains(0) else {
            throw CheckpointError(path(of: file), "is not the name of a file in this folder.")
        }
        switch self {
        case .folder(let path): return try FileBytes(mapping: "\(path)/\(file)")
        case .embedded(_, let files): return files[file]
        case .gguf: return nil
        }
    }

    /// The names of all files, and of folders beside them, in no order.
    package func fileNames() throws(CheckpointError) -> [String] {
        switch self {
        case .folder(let path): try FilePath.names(in: path)
        case .embedded(_, let files): Array(files.keys)
        case .gguf: []
        }
    }

    /// A JSON file whose top is an object, or nil where there is no such file.
    package func object(_ file: String, sizeLimit: Int = 64 << 20) throws(CheckpointError) -> JSONObject? {
        if case .gguf(let model) = self { return model.object(file) }
        guard let bytes = try self.file(file) else { return nil }
        return try bytes.withBytes { span throws(CheckpointError) in
            let limits = JSONLimits(maximumSizeInBytes: sizeLimit, allowsNonFiniteNumbers: true)
            let value: JSONValue
            do throws(JSONError) {
                value = try JSONParser.parse(span, limits: limits)
            } catch {
                throw CheckpointError(path(of: file), "\(error.verdict).")
            }
            guard let object = value.objectValue else {
                throw CheckpointError(path(of: file), "should hold a JSON object, holds \(value.kindName).")
            }
            return object
        }
    }

    /// A text file, or nil where there is none.
    package func text(_ file: String, sizeLimit: Int = 16 << 20) throws(CheckpointError) -> String? {
        guard let bytes = try self.file(file) else { return nil }
        guard bytes.count <= sizeLimit else {
            throw CheckpointError(path(of: file), "has \(bytes.count) bytes, more than \(sizeLimit).")
        }
        return String(decoding: bytes.bytes, as: UTF8.self)
    }
}
