// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension StoredTensor {
    /// Names a tensor whose elements are some of those of a storage, and checks that they are there.
    ///
    /// - Parameters:
    ///   - storage: the bytes of the storage, which other tensors may share.
    ///   - offset: elements in front of the tensor's first.
    ///   - strides: elements from one index of each axis to the next, none negative.
    package init(
        _ name: String, typeName: String, shape: [Int], strides: [Int], file: FileBytes, storage: Range<Int>,
        offset: Int
    ) throws(CheckpointError) {
        func fail(_ what: String) -> CheckpointError {
            CheckpointError(file.name, "tensor '\(name)' \(what).")
        }
        let bytes = try Self.size(name, typeName, shape, file)
        let size = Self.elementSizes[typeName] ?? 1
        guard strides.count == shape.count, strides.allSatisfy({ $0 >= 0 }), offset >= 0 else {
            throw fail("has the shape \(shape), but the strides \(strides)")
        }
        guard storage.lowerBound >= 0, storage.upperBound <= file.count else {
            throw fail(
                "lies at bytes \(storage.lowerBound)…\(storage.upperBound) of a file of \(file.count) bytes")
        }
        let capacity = storage.count / size
        var last = offset
        var hasOverflow = false
        for (extent, stride) in zip(shape, strides) where extent > 1 {
            let (product, productOverflow) = (extent - 1).multipliedReportingOverflow(by: stride)
            let (sum, sumOverflow) = last.addingReportingOverflow(product)
            (last, hasOverflow) = (sum, hasOverflow || productOverflow || sumOverflow)
        }
        let isEmpty = bytes == 0
        // An element that stood for many would make the tensor larger than any file.
        guard !hasOverflow, isEmpty ? offset <= capacity : last < capacity, bytes / size <= capacity else {
            throw fail(
                "has the shape \(shape), the strides \(strides) and the offset \(offset), which is more than its storage's \(capacity) elements"
            )
        }
        let start = storage.lowerBound + offset * size
        (self.typeName, self.shape, self.file) = (typeName, shape, file)
        range = start..<(isEmpty ? start : storage.lowerBound + (last + 1) * size)
        let plain = Self.plainStrides(shape)
        let isPlain = isEmpty || zip(shape, zip(strides, plain)).allSatisfy { $0 == 1 || $1.0 == $1.1 }
        ownStrides = isPlain ? nil : strides
    }

    /// The bytes of all elements, the last axis fastest.
    func gathered(_ strides: [Int]) -> [UInt8] {
        let size = Self.elementSizes[typeName] ?? 1
        let count = shape.reduce(1, *)
        var ordered: [UInt8] = []
        ordered.reserveCapacity(count * size)
        var index = [Int](repeating: 0, count: shape.count)
        var element = 0
        file.withBytes { bytes in
            for _ in 0..<count {
                for byte in 0..<size {
                    let place = range.lowerBound + element * size + byte
                    ordered.append(unsafe bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self))
                }
                for axis in shape.indices.reversed() {
                    index[axis] += 1
                    element += strides[axis]
                    if index[axis] < shape[axis] { break }
                    element -= index[axis] * strides[axis]
                    index[axis] = 0
                }
            }
        }
        return ordered
    }
}
