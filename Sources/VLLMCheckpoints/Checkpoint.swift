// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMJSON
package import VLLMTensors

/// An opened checkpoint: its configuration, and its tensors where they stand in their files.
public struct Checkpoint: Sendable {
    /// Where the files are.
    package let source: CheckpointSource
    /// config.json, with what replaces its members.
    package internal(set) var config: JSONObject
    /// config.json as it was, where members were replaced.
    package internal(set) var originalConfig: JSONObject?
    /// What replaces members of config.json.
    package internal(set) var overrides: JSONObject = [:]
    private let tensors: [String: StoredTensor]
    private let narrowed = NarrowedTensors()
    /// The files with tensors.
    let files: [FileBytes]

    /// Opens the files of a checkpoint and checks their headers; reads no weights.
    ///
    /// - Parameters:
    ///   - kind: which files have the tensors.
    ///   - format: finds the tensors instead.
    package init(
        _ source: CheckpointSource, files kind: WeightFiles = .auto, format: (any LoadFormat)? = nil
    ) throws(CheckpointError) {
        guard let config = try source.object("config.json", sizeLimit: 4 << 20) else {
            throw CheckpointError(
                source.name, "has no config.json: is this the folder of a Hugging Face checkpoint?")
        }
        self.source = source
        self.config = config
        (tensors, files) =
            if let format { try Self.open(source, format) } else { try kind.open(source) }
    }

    /// Takes what was read elsewhere.
    ///
    /// - Parameters:
    ///   - config: what a config.json would say.
    ///   - tensors: under the names that they have beside a config.json.
    package init(
        _ source: CheckpointSource, config: JSONObject, tensors: [String: StoredTensor], files: [FileBytes]
    ) {
        (self.source, self.config, self.tensors, self.files) = (source, config, tensors, files)
    }

    /// Lets a plug-in find the tensors, whose errors become ours.
    private static func open(
        _ source: CheckpointSource, _ format: any LoadFormat
    ) throws(CheckpointError) -> ([String: StoredTensor], [FileBytes]) {
        guard let folder = source.folder else {
            throw CheckpointError(source.name, "is no folder, which is what other load formats read.")
        }
        let tensors = try CheckpointError.wrapping(source.name, "cannot be read") {
            try format.tensors(in: folder)
        }
        var files: [ObjectIdentifier: FileBytes] = [:]
        for tensor in tensors.values { files[ObjectIdentifier(tensor.file)] = tensor.file }
        return (tensors, Array(files.values))
    }

    /// Names of all tensors.
    public var tensorNames: some Collection<String> { tensors.keys }

    /// A tensor as it is stored, or nil where there is none.
    package func tensor(_ name: String) -> StoredTensor? { tensors[name] }

    /// Where the tensors of a file stand, in the order of their first bytes; they may share bytes.
    func ranges(in file: FileBytes) -> [Range<Int>] {
        tensors.values.lazy.filter { $0.file === file }.map(\.range).sorted { $0.lowerBound < $1.lowerBound }
    }

    /// Elements of all tensors.
    package var numParameters: Int { tensors.values.reduce(0) { $0 + $1.shape.reduce(1, *) } }

    /// Bytes of all weight files.
    package var sizeInBytes: Int { files.reduce(0) { $0 + $1.count } }

    /// True where a tensor of that name exists.
    public func has(_ name: String) -> Bool { tensors[name] != nil }

    /// A matrix of the given shape [rows, columns], or a vector as one column.
    package func matrix(_ name: String, rows: Int, columns: Int) throws(CheckpointError) -> TensorSource {
        let isVector = columns == 1 && tensors[name]?.shape.count != 2
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
        let stored = try narrowed.float32(name, entry)
        let format = try format(of: stored, name)
        let strides = stored.strides
        let axis = shape.count == 3 ? 1 : 0
        let start = stored.range.lowerBound + format.sizeInBytes(index * (axis == 1 ? strides[0] : 0))
        let address = stored.file.address + UInt(start)
        return switch format {
        case .numbers(let dtype):
            TensorSource(
                address: address, dtype: dtype, rows: rows, columns: columns, rowStride: strides[axis],
                columnStride: shape.count == 1 ? 1 : strides[axis + 1])
        case .blocks(let blocks) where shape.last == columns:
            TensorSource(address: address, blocks: blocks, rows: rows, columns: columns)
        case .blocks:
            throw CheckpointError(
                source.name, "tensor '\(name)' is a vector of \(stored.typeName); F32, F16 and BF16 are read."
            )
        }
    }

    /// A vector of the given length.
    package func vector(_ name: String, count: Int) throws(CheckpointError) -> TensorSource {
        try matrix(name, rows: count, columns: 1)
    }

    /// How most of the weights are stored.
    package var storedFormat: StoredFormat? {
        var bytes: [StoredFormat: Int] = [:]
        for entry in tensors.values {
            guard let format = entry.format else { continue }
            bytes[format, default: 0] += entry.range.count
        }
        return bytes.max { $0.value < $1.value }?.key
    }

    /// The type that most of the weights are stored in; nil where that is blocks.
    package var storedDType: DType? {
        if case .numbers(let dtype) = storedFormat { dtype } else { nil }
    }

    /// How many matrices are stored in each format of blocks, the most frequent first.
    package var blockFormats: [(format: BlockFormat, count: Int)] {
        var counts: [BlockFormat: Int] = [:]
        for entry in tensors.values {
            if case .blocks(let format) = entry.format { counts[format, default: 0] += 1 }
        }
        return counts.map { ($0.key, $0.value) }
            .sorted { ($1.count, $0.format.rawValue) < ($0.count, $1.format.rawValue) }
    }

    /// The formats that those matrices are multiplied in, the most frequent first.
    package var packedBlockFormats: [WeightFormat] {
        blockFormats.reduce(into: []) { formats, entry in
            if !formats.contains(entry.format.packed) { formats.append(entry.format.packed) }
        }
    }

    /// About the bytes of all tensors as they are packed: blocks in the format that they are multiplied in, numbers in
    /// a type.
    package func packedBytes(numbersIn dtype: DType) -> Int {
        tensors.values.reduce(0) { bytes, tensor in
            let inputs = tensor.shape.last ?? 1
            let outputs = tensor.shape.dropLast().reduce(1, *)
            let format =
                if case .blocks(let blocks) = tensor.format { blocks.packed } else {
                    WeightFormat.dense(dtype)
                }
            return bytes + format.sizeInBytes(outputs: outputs, inputs: inputs)
        }
    }

    private func entry(_ name: String) throws(CheckpointError) -> StoredTensor {
        guard let entry = tensors[name] else {
            throw CheckpointError(source.name, "has no tensor '\(name)', which this architecture needs.")
        }
        return entry
    }

    /// How a tensor's elements are stored, where that can be read.
    package func format(of entry: StoredTensor, _ name: String) throws(CheckpointError) -> StoredFormat {
        guard let format = entry.format else {
            throw CheckpointError(
                source.name,
                "tensor '\(name)' has the dtype \(entry.typeName); F64, F32, F16, BF16 and GGUF's blocks are read."
            )
        }
        return format
    }

    /// Gives back the pages of a tensor that has been packed.
    package func release(_ name: String) {
        guard let entry = tensors[name] else { return }
        narrowed.release(name)
        entry.file.release(entry.range)
    }

    /// Asks the system to read the weights ahead.
    package func prefetch() {
        for file in files { file.prefetch() }
    }
}
