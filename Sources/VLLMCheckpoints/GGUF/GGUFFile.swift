// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Reads the header of a GGUF file, version 2 or 3, and checks it: nothing it says is believed.
///
/// Format: `GGUF`, version, numbers of tensors and of metadata, the metadata, for each tensor name, extents, type and
/// offset, then the data, whose start and whose tensors are aligned (github.com/ggml-org/ggml, docs/gguf.md).
package struct GGUFFile: Sendable {
    /// What messages call it.
    package let name: String
    /// The file.
    package let bytes: FileBytes
    /// What it says besides tensors.
    package let metadata: GGUFMetadata
    /// Its tensors by name, their axes in the order of other checkpoints: the innermost last.
    package let tensors: [String: StoredTensor]

    private static let magic: UInt32 = 0x4655_4747
    /// Name, number of axes, type and offset.
    private static let minimumTensorSize = 24
    private static let maximumAxes = 4
    private static let maximumAlignment = 1 << 20

    /// True where a file begins like GGUF.
    package static func isGGUF(_ file: FileBytes) -> Bool {
        var cursor = GGUFCursor(file)
        return (try? cursor.number(UInt32.self, "")) == magic
    }

    /// Reads and checks a file's header; reads no weights.
    package init(_ file: FileBytes) throws(CheckpointError) {
        var cursor = GGUFCursor(file)
        try Self.checkStart(&cursor)
        let numTensors = try cursor.count(of: Self.minimumTensorSize, "tensors")
        let numValues = try cursor.count(of: 8 + 4 + 1, "metadata")
        let metadata = try GGUFMetadata(&cursor, count: numValues)
        let alignment = try metadata.reader.int(
            "general.alignment", in: 1...Self.maximumAlignment, default: 32)
        guard alignment & (alignment - 1) == 0 else {
            throw cursor.error("'general.alignment' should be a power of two, is \(alignment).")
        }
        var headers: [TensorHeader] = []
        for index in 0..<numTensors { headers.append(try TensorHeader(&cursor, index, alignment)) }
        let dataStart = (cursor.position + alignment - 1) / alignment * alignment
        var tensors: [String: StoredTensor] = [:]
        for header in headers {
            guard tensors[header.name] == nil else {
                throw cursor.error("has the tensor '\(header.name)' twice.")
            }
            tensors[header.name] = try header.tensor(in: file, dataStart: dataStart)
        }
        try Self.checkOverlaps(tensors, file)
        (name, bytes, self.metadata, self.tensors) = (file.name, file, metadata, tensors)
    }

    private static func checkStart(_ cursor: inout GGUFCursor) throws(CheckpointError) {
        guard try cursor.number(UInt32.self, "its first word") == magic else {
            throw cursor.error("is no GGUF file: it does not begin with that word.")
        }
        let version = try cursor.number(UInt32.self, "its version")
        guard version != 2, version != 3 else { return }
        guard (1...3).contains(version.byteSwapped) else {
            throw cursor.error("is GGUF of version \(version); versions 2 and 3 are read.")
        }
        throw cursor.error("is big-endian GGUF, which is not read; convert the model to little-endian.")
    }

    private static func checkOverlaps(
        _ tensors: [String: StoredTensor], _ file: FileBytes
    ) throws(CheckpointError) {
        let sorted = tensors.filter { !$0.value.range.isEmpty }
            .sorted { ($0.value.range.lowerBound, $0.key) < ($1.value.range.lowerBound, $1.key) }
        for (first, second) in zip(sorted, sorted.dropFirst())
        where second.value.range.lowerBound < first.value.range.upperBound {
            throw CheckpointError(file.name, "tensors '\(first.key)' and '\(second.key)' overlap.")
        }
    }

    /// What the header says of one tensor.
    private struct TensorHeader {
        let name: String
        let shape: [Int]
        let type: UInt32
        let offset: UInt64

        init(_ cursor: inout GGUFCursor, _ index: Int, _ alignment: Int) throws(CheckpointError) {
            let name = try cursor.text("the name of tensor \(index)")
            let numAxes = try cursor.number(UInt32.self, "tensor '\(name)'")
            guard numAxes <= maximumAxes else {
                throw cursor.error("tensor '\(name)' has \(numAxes) axes, more than \(maximumAxes).")
            }
            var shape: [Int] = []
            for _ in 0..<numAxes {
                let extent = try cursor.number(UInt64.self, "tensor '\(name)'")
                guard let extent = Int(exactly: extent) else {
                    throw cursor.error("tensor '\(name)' has an axis of \(extent), which no memory can hold.")
                }
                shape.insert(extent, at: 0)
            }
            type = try cursor.number(UInt32.self, "tensor '\(name)'")
            offset = try cursor.number(UInt64.self, "tensor '\(name)'")
            guard offset % UInt64(alignment) == 0 else {
                throw cursor.error(
                    "tensor '\(name)' is at offset \(offset), which is no multiple of the alignment \(alignment)."
                )
            }
            (self.name, self.shape) = (name, shape)
        }

        /// Finds the tensor in the file.
        func tensor(in file: FileBytes, dataStart: Int) throws(CheckpointError) -> StoredTensor {
            guard dataStart <= file.count, offset <= UInt64(file.count - dataStart) else {
                throw CheckpointError(
                    file.name,
                    "tensor '\(name)' is at offset \(offset), but the file's data has \(max(0, file.count - dataStart)) bytes."
                )
            }
            return try StoredTensor(
                name, typeName: GGUFTensorType.name(type), shape: shape, file: file,
                start: dataStart + Int(offset))
        }
    }
}
