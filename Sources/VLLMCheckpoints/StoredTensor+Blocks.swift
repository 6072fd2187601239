// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

extension StoredTensor {
    /// Names a tensor that takes as many bytes as its type and shape say.
    ///
    /// - Parameter start: where the first of them is.
    init(
        _ name: String, typeName: String, shape: [Int], file: FileBytes, start: Int
    ) throws(CheckpointError) {
        let bytes = try Self.size(name, typeName, shape, file)
        guard (0...file.count).contains(start), bytes <= file.count - start else {
            throw CheckpointError(
                file.name,
                "tensor '\(name)' has \(bytes) bytes from byte \(start) on, but the file ends at byte \(file.count)."
            )
        }
        self.init(typeName: typeName, shape: shape, file: file, range: start..<start + bytes)
    }

    private init(typeName: String, shape: [Int], file: FileBytes, range: Range<Int>) {
        (self.typeName, self.shape, self.file, self.range) = (typeName, shape, file, range)
        ownStrides = nil
    }

    /// One of the tensors that are stacked along the first axis; nil where there is none such.
    package func stacked(_ index: Int) -> StoredTensor? {
        guard ownStrides == nil, let count = shape.first, (0..<count).contains(index) else { return nil }
        let size = range.count / count
        let start = range.lowerBound + index * size
        return StoredTensor(
            typeName: typeName, shape: Array(shape.dropFirst()), file: file, range: start..<start + size)
    }

    /// A vector as a matrix of one row; anything else as it is.
    package var asRow: StoredTensor {
        guard ownStrides == nil, shape.count == 1 else { return self }
        return StoredTensor(typeName: typeName, shape: [1] + shape, file: file, range: range)
    }

    /// How its numbers are stored; nil for types that weights do not have.
    package var format: StoredFormat? {
        if let blocks = BlockFormat(rawValue: typeName) { return .blocks(blocks) }
        return switch typeName {
        case "F32": .numbers(.float32)
        case "F16": .numbers(.float16)
        case "BF16": .numbers(.bfloat16)
        default: nil
        }
    }
}
