// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// A matrix in the host's memory, as a checkpoint would hold it.
struct HostMatrix {
    private let memory: HostMemory
    private let dtype: DType
    private let rows: Int
    private let columns: Int
    private let isTransposed: Bool

    /// - Parameters:
    ///   - values: [rows, columns], rounded to the type.
    ///   - isTransposed: stores it as [columns, rows].
    init(_ values: [Float], rows: Int, columns: Int, dtype: DType, isTransposed: Bool = false) {
        precondition(values.count == rows * columns, "\(values.count) values for \(rows)×\(columns)")
        (self.dtype, self.rows, self.columns, self.isTransposed) = (dtype, rows, columns, isTransposed)
        let stored =
            isTransposed
            ? (0..<values.count).map { values[$0 % rows * columns + $0 / rows] } : values
        memory = HostMemory(stored, as: dtype)
    }

    /// Calls the body with a description that is valid as long as it runs.
    func withSource<Result>(
        _ body: (TensorSource) throws(DeviceError) -> Result
    ) throws(DeviceError) -> Result {
        defer { withExtendedLifetime(memory) {} }
        return try body(
            TensorSource(
                address: unsafe UInt(bitPattern: memory.address), dtype: dtype, rows: rows, columns: columns,
                rowStride: isTransposed ? 1 : columns, columnStride: isTransposed ? rows : 1))
    }
}
