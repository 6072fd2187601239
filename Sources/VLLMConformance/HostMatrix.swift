// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

/// A matrix in the host's memory, as a checkpoint would hold it.
package struct HostMatrix {
    private let memory: HostMemory
    private let format: StoredFormat
    private let rows: Int
    private let columns: Int
    private let isTransposed: Bool
    /// What its numbers stand for, [rows, columns].
    package let values: [Float]

    /// - Parameters:
    ///   - values: [rows, columns], rounded to the format.
    ///   - isTransposed: stores it as [columns, rows].
    package init(
        _ values: [Float], rows: Int, columns: Int, format: StoredFormat, isTransposed: Bool = false
    ) {
        precondition(values.count == rows * columns, "\(values.count) values for \(rows)×\(columns)")
        (self.format, self.rows, self.columns, self.isTransposed) = (format, rows, columns, isTransposed)
        switch format {
        case .numbers(let dtype):
            let stored =
                isTransposed
                ? (0..<values.count).map { values[$0 % rows * columns + $0 / rows] } : values
            memory = HostMemory(stored, as: dtype)
            self.values = values.map { $0.rounded(to: dtype) }
        case .blocks(let blocks):
            precondition(!isTransposed && columns % blocks.length == 0)
            let stored = StoredBlocks(values, as: blocks)
            memory = HostMemory(stored.bytes)
            self.values = stored.values
        }
    }

    /// Calls the body with a description that is valid as long as it runs.
    package func withSource<Result>(
        _ body: (TensorSource) throws(DeviceError) -> Result
    ) throws(DeviceError) -> Result {
        defer { withExtendedLifetime(memory) {} }
        let address = unsafe UInt(bitPattern: memory.address)
        switch format {
        case .numbers(let dtype):
            return try body(
                TensorSource(
                    address: address, dtype: dtype, rows: rows, columns: columns,
                    rowStride: isTransposed ? 1 : columns, columnStride: isTransposed ? rows : 1))
        case .blocks(let blocks):
            return try body(TensorSource(address: address, blocks: blocks, rows: rows, columns: columns))
        }
    }
}
