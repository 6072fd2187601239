// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A model in GGUF: one file, or the parts that a larger one was split into.
public struct GGUFModel: Sendable {
    /// What messages call it: the file, or the first of its parts.
    public let name: String
    /// What the file says besides tensors; of parts, what the first says.
    package let metadata: GGUFMetadata
    /// The tensors of all parts by their names there.
    package let tensors: [String: StoredTensor]
    /// The files.
    package let files: [FileBytes]
    /// The path of the file or the first part; nil for bytes of a program.
    package let path: String?

    /// Opens a file, and with a part all others; reads no weights.
    package init(path: String) throws(CheckpointError) {
        let name = GGUFName(path: path)
        let missing = name.parts.filter { FileStamp($0) == nil }
        guard missing.isEmpty || name.parts.count == 1 else {
            throw CheckpointError.missing(missing, of: name.parts.count)
        }
        var parts: [GGUFFile] = []
        for part in name.parts {
            guard let bytes = try FileBytes(mapping: part) else {
                throw CheckpointError(part, "is not there.")
            }
            parts.append(try GGUFFile(bytes))
        }
        try self.init(parts, path: name.parts.first)
    }

    /// Reads bytes that are a whole model.
    package init(_ bytes: FileBytes) throws(CheckpointError) {
        try self.init([try GGUFFile(bytes)], path: nil)
    }

    private init(_ parts: [GGUFFile], path: String?) throws(CheckpointError) {
        guard let first = parts.first else { throw CheckpointError(path ?? "", "has no parts.") }
        var tensors: [String: StoredTensor] = [:]
        for (number, part) in parts.enumerated() {
            try Self.check(part, number, of: parts.count)
            for (name, tensor) in part.tensors {
                guard tensors.updateValue(tensor, forKey: name) == nil else {
                    throw CheckpointError(
                        part.name, "has the tensor '\(name)', which another part has too.")
                }
            }
        }
        if parts.count > 1 {
            let key = "split.tensors.count"
            let announced = try first.metadata.reader.int(key, in: 0...Int.max, default: tensors.count)
            guard announced == tensors.count else {
                throw CheckpointError(
                    first.name, "'\(key)' is \(announced), but the parts have \(tensors.count) tensors.")
            }
        }
        (name, metadata, self.tensors, self.path) = (first.name, first.metadata, tensors, path)
        files = parts.map(\.bytes)
    }

    /// Refuses a part in another's place, and one without the others.
    private static func check(_ part: GGUFFile, _ number: Int, of count: Int) throws(CheckpointError) {
        let reader = part.metadata.reader
        let wanted = try reader.int("split.count", in: 0...(1 << 16), default: 0)
        guard max(wanted, 1) == count else {
            let names = "…-00001-of-\(SplitName.digits(wanted)).gguf"
            throw CheckpointError(
                part.name,
                "is one of \(wanted) parts by 'split.count', but was opened as one of \(count): parts are called \(names)."
            )
        }
        let found = try reader.int("split.no", in: 0...(1 << 16), default: number)
        guard found == number else {
            throw CheckpointError(
                part.name, "is part \(found + 1) by 'split.no', but part \(number + 1) by its name.")
        }
    }

    /// The architecture by llama.cpp's name.
    package func architecture() throws(CheckpointError) -> String {
        let key = "general.architecture"
        guard let name = try metadata.reader.string(key) else {
            throw CheckpointError(name, "'\(key)' is missing.")
        }
        return name
    }
}
