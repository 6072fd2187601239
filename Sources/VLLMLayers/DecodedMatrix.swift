// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMQuantization
import VLLMTensors

/// The float32 values of a weight that is not packed as it is stored, as long as it takes to pack them.
final class DecodedMatrix {
    let source: TensorSource

    init(_ weight: QuantizedWeight, rows: Int, columns: Int) {
        let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: rows * columns)
        unsafe values.initialize(repeating: 0)
        var span = unsafe values.mutableSpan
        weight.decode(0..<rows, &span)
        source = TensorSource(
            address: UInt(bitPattern: values.baseAddress), dtype: .float32, rows: rows, columns: columns,
            rowStride: columns)
    }

    /// The rows of a matrix, changed.
    init(
        _ matrix: TensorSource, on backend: any Backend, change: (_ row: inout [Float]) -> Void = { _ in }
    ) {
        let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: matrix.rows * matrix.columns)
        for row in 0..<matrix.rows {
            var elements = backend.values(ofRow: row, in: matrix)
            change(&elements)
            for (column, element) in elements.enumerated() {
                unsafe values.initializeElement(at: row * matrix.columns + column, to: element)
            }
        }
        source = TensorSource(
            address: UInt(bitPattern: values.baseAddress), dtype: .float32, rows: matrix.rows,
            columns: matrix.columns, rowStride: matrix.columns)
    }

    /// The rows of a matrix, each divided by its length, or by 1e-12 where that is less.
    convenience init(normalizingRowsOf matrix: TensorSource, on backend: any Backend) {
        self.init(matrix, on: backend) { row in
            let length = row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            let factor = Float(1 / max(length, 1e-12))
            for index in row.indices { row[index] *= factor }
        }
    }

    deinit { unsafe UnsafeMutablePointer<Float>(bitPattern: source.address)?.deallocate() }
}
