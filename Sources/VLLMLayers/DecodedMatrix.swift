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

    /// The rows of a matrix, each divided by its length, or by 1e-12 where that is less.
    init(normalizingRowsOf matrix: TensorSource) {
        let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: matrix.rows * matrix.columns)
        for row in 0..<matrix.rows {
            let elements = matrix.values(ofRow: row)
            let length = elements.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            let factor = Float(1 / max(length, 1e-12))
            for (column, element) in elements.enumerated() {
                unsafe values.initializeElement(at: row * matrix.columns + column, to: element * factor)
            }
        }
        source = TensorSource(
            address: UInt(bitPattern: values.baseAddress), dtype: .float32, rows: matrix.rows,
            columns: matrix.columns, rowStride: matrix.columns)
    }

    deinit { unsafe UnsafeMutablePointer<Float>(bitPattern: source.address)?.deallocate() }
}
