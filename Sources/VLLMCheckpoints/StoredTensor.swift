// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// One tensor of a checkpoint where it stands in its file.
public struct StoredTensor: Sendable {
    /// The type by its name in safetensors or GGUF files, such as `BF16` or `Q4_K`.
    public let typeName: String
    /// The extent of each axis, eight at most.
    public let shape: [Int]
    /// The file and the range of its bytes.
    package let file: FileBytes
    package let range: Range<Int>
    /// Elements from one index of each axis to the next; nil where the rows stand one behind the other.
    let ownStrides: [Int]?

    /// Bytes of an element by the type's name.
    static let elementSizes: [String: Int] = [
        "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2,
        "I8": 1, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1,
    ]

    /// Names a tensor, and checks that its type is known, its shape can be and its bytes are there.
    ///
    /// - Parameter name: what messages call it.
    public init(
        _ name: String, typeName: String, shape: [Int], file: FileBytes, range: Range<Int>
    ) throws(CheckpointError) {
        func fail(_ what: String) -> CheckpointError {
            CheckpointError(file.name, "tensor '\(name)' \(what).")
        }
        let bytes = try Self.size(name, typeName, shape, file)
        guard range.lowerBound >= 0, range.upperBound <= file.count else {
            throw fail(
                "lies at bytes \(range.lowerBound)…\(range.upperBound) of a file of \(file.count) bytes")
        }
        guard range.count == bytes else {
            throw fail("has \(range.count) bytes, but \(typeName) of shape \(shape) takes \(bytes)")
        }
        (self.typeName, self.shape, self.file, self.range) = (typeName, shape, file, range)
        ownStrides = nil
    }

    /// Bytes of all elements.
    static func size(
        _ name: String, _ typeName: String, _ shape: [Int], _ file: FileBytes
    ) throws(CheckpointError) -> Int {
        func fail(_ what: String) -> CheckpointError {
            CheckpointError(file.name, "tensor '\(name)' \(what).")
        }
        let blocks = BlockFormat(rawValue: typeName)
        guard let size = blocks?.size ?? elementSizes[typeName] else {
            throw fail("has the type \(typeName), which is not read")
        }
        guard shape.count <= 8, shape.allSatisfy({ $0 >= 0 }) else {
            throw fail("has a shape that is not of up to eight natural numbers")
        }
        let length = blocks?.length ?? 1
        let row = shape.last ?? 1
        guard row % length == 0 else {
            throw fail("has rows of \(row), which are no whole blocks of \(length)")
        }
        var bytes = size
        for extent in shape.dropLast() + [row / length] {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
            guard !overflow else { throw fail("has a shape that no memory can hold") }
            bytes = product
        }
        return bytes
    }

    /// The strides of rows that stand one behind the other.
    static func plainStrides(_ shape: [Int]) -> [Int] {
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.dropLast().reversed() {
            strides[axis] = strides[axis + 1] &* Swift.max(shape[axis + 1], 1)
        }
        return strides
    }

    /// Elements from one index of each axis to the next.
    package var strides: [Int] { ownStrides ?? Self.plainStrides(shape) }

    /// Reads its bytes row by row: in place, or from a copy where they stand in another order.
    public func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let ownStrides else {
            return try file.withBytes { bytes throws(Failure) in try body(bytes.extracting(range)) }
        }
        let ordered = gathered(ownStrides)
        return try unsafe body(ordered.span.bytes)
    }
}
