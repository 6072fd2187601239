// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMJSON
package import VLLMTensors

/// An opened checkpoint: its configuration, and its tensors where they stand in their files.
public struct Checkpoint: Sendable {
    /// Where the files are.
    package let source: CheckpointSource
    /// config.json.
    package let config: JSONObject
    private let tensors: [String: StoredTensor]
    /// The files with tensors.
    let files: [FileBytes]

    /// Opens the files of a checkpoint and checks their headers; reads no weights.
    ///
    /// - Parameter format: finds the tensors instead of safetensors files.
    package init(_ source: CheckpointSource, format: (any LoadFormat)? = nil) throws(CheckpointError) {
        guard let config = try source.object("config.json", sizeLimit: 4 << 20) else {
            throw CheckpointError(
                source.name, "has no config.json: is this the folder of a Hugging Face checkpoint?")
        }
        self.source = source
        self.config = config
        (tensors, files) =
            if let format { try Self.open(source, format) } else { try Self.open(source) }
    }

    /// Lets a plug-in find the tensors, whose errors become ours.
    private static func open(
        _ source: CheckpointSource, _ format: any LoadFormat
    ) throws(CheckpointError) -> ([String: StoredTensor], [FileBytes]) {
        guard let folder = source.folder else {
            throw CheckpointError(source.name, "is part of this program and needs no load format.")
        }
        let tensors = try CheckpointError.wrapping(source.name, "cannot be read") {
            try format.tensors(in: folder)
        }
        var files: [ObjectIdentifier: FileBytes] = [:]
        for tensor in tensors.values { files[ObjectIdentifier(tensor.file)] = tensor.file }
        return (tensors, Array(files.values))
    }

    private static func open(
        _ source: CheckpointSource
    ) throws(CheckpointError) -> ([String: StoredTensor], [FileBytes]) {
        if let index = try source.object("model.safetensors.index.json", sizeLimit: 256 << 20) {
            return try openShards(index, source)
        }
        guard let file = try source.file("model.safetensors") else {
            throw CheckpointError(
                source.name,
                "has neither model.safetensors nor model.safetensors.index.json; other formats are not read.")
        }
        return (try SafetensorsFile.tensors(of: file, path: source.path(of: "model.safetensors")), [file])
    }

    private static func openShards(
        _ index: JSONObject, _ source: CheckpointSource
    ) throws(CheckpointError) -> ([String: StoredTensor], [FileBytes]) {
        let indexPath = source.path(of: "model.safetensors.index.json")
        guard let map = index["weight_map"]?.objectValue else {
            throw CheckpointError(indexPath, "has no weight_map.")
        }
        var shards: [String: [String: StoredTensor]] = [:]
        var files: [FileBytes] = []
        var tensors: [String: StoredTensor] = [:]
        for (name, value) in map {
            guard let shard = value.stringValue else {
                throw CheckpointError(indexPath, "weight_map of '\(name)' is no file name.")
            }
            if shards[shard] == nil {
                guard let file = try source.file(shard) else {
                    throw CheckpointError(indexPath, "names the file \(shard), which is not there.")
                }
                shards[shard] = try SafetensorsFile.tensors(of: file, path: source.path(of: shard))
                files.append(file)
            }
            guard let entry = shards[shard]?[name] else {
                throw CheckpointError(
                    source.path(of: shard), "has no tensor '\(name)', which the index says it has.")
            }
            tensors[name] = entry
        }
        return (tensors, files)
    }

    /// Names of all tensors.
    public var tensorNames: some Collection<String> { tensors.keys }

    /// A tensor as it is stored, or nil where there is none.
    package func tensor(_ name: String) -> StoredTensor? { tensors[name] }

    /// Elements of all tensors.
    package var numParameters: Int { tensors.values.reduce(0) { $0 + $1.shape.reduce(1, *) } }

    /// Bytes of all weight files.
    package var sizeInBytes: Int { files.reduce(0) { $0 + $1.count } }

    /// True where a tensor of that name exists.
    public func has(_ name: String) -> Bool { tensors[name] != nil }

    /// A matrix of the given shape [rows, columns], or a vector as one column.
    package func matrix(_ name: String, rows: Int, columns: Int) throws(CheckpointError) -> TensorSource {
        let isVector = columns == 1 && tensors[name]?.shape.count == 1
        return try matrix(name, shape: isVector ? [rows] : [rows, columns], at: 0, rows, columns)
    }

    /// One of the matrices of a tensor of the given shape [count, rows, columns].
    package func matrix(
        _ name: String, at index: Int, of count: Int, rows: Int, columns: Int
    ) throws(CheckpointError) -> TensorSource {
        precondition((0..<count).contains(index), "matrix \(index) of \(count)")
        return try matrix(name, shape: [count, rows, columns], at: index, rows, columns)
    }

    private func matrix(
        _ name: String, shape: [Int], at index: Int, _ rows: Int, _ columns: Int
    ) throws(CheckpointError) -> TensorSource {
        let entry = try entry(name)
        guard entry.shape == shape else {
            throw CheckpointError(
                source.name,
                "tensor '\(name)' has the shape \(entry.shape), but the configuration asks for \(shape)."
            )
        }
        let dtype = try dtype(of: entry, name)
        let start = entry.range.lowerBound + index * rows * columns * dtype.size
        return TensorSource(
            address: entry.file.address + UInt(start), dtype: dtype, rows: rows, columns: columns,
            rowStride: columns)
    }

    /// A vector of the given length.
    package func vector(_ name: String, count: Int) throws(CheckpointError) -> TensorSource {
        try matrix(name, rows: count, columns: 1)
    }

    /// The type that most of the weights are stored in.
    package var storedDType: DType? {
        var bytes: [DType: Int] = [:]
        for entry in tensors.values {
            guard let dtype = Self.dtypes[entry.typeName] else { continue }
            bytes[dtype, default: 0] += entry.range.count
        }
        return bytes.max { $0.value < $1.value }?.key
    }

    private static let dtypes: [String: DType] = ["F32": .float32, "F16": .float16, "BF16": .bfloat16]

    private func entry(_ name: String) throws(CheckpointError) -> StoredTensor {
        guard let entry = tensors[name] else {
            throw CheckpointError(source.name, "has no tensor '\(name)', which this architecture needs.")
        }
        return entry
    }

    private func dtype(of entry: StoredTensor, _ name: String) throws(CheckpointError) -> DType {
        guard let dtype = Self.dtypes[entry.typeName] else {
            throw CheckpointError(
                source.name, "tensor '\(name)' has the dtype \(entry.typeName); F32, F16 and BF16 are read.")
        }
        return dtype
    }

    /// Gives back the pages of a tensor that has been packed.
    package func release(_ name: String) {
        guard let entry = tensors[name] else { return }
        entry.file.release(entry.range)
    }

    /// Asks the system to read the weights ahead.
    package func prefetch() {
        for file in files { file.prefetch() }
    }
}
