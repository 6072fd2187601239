// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A matrix in a checkpoint's memory, as stored: nothing is converted or copied yet.
package struct TensorSource: Sendable, Hashable {
    /// Where element (0, 0) stands; valid as long as the checkpoint is open.
    package let address: UInt
    /// How its numbers are stored.
    package let format: StoredFormat
    /// Logical rows: a linear layer's outputs.
    package let rows: Int
    /// Logical columns: a linear layer's inputs.
    package let columns: Int
    /// Elements from one logical row to the next.
    package let rowStride: Int
    /// Elements from one logical column to the next; not 1 where the checkpoint stores the transpose.
    package let columnStride: Int

    package init(address: UInt, dtype: DType, rows: Int, columns: Int, rowStride: Int, columnStride: Int = 1)
    {
        self.init(
            address: address, format: .numbers(dtype), rows: rows, columns: columns, rowStride: rowStride,
            columnStride: columnStride)
    }

    /// Rows of whole blocks, one behind the other.
    package init(address: UInt, blocks: BlockFormat, rows: Int, columns: Int) {
        precondition(columns % blocks.length == 0, "\(columns) columns are no whole blocks")
        self.init(
            address: address, format: .blocks(blocks), rows: rows, columns: columns, rowStride: columns,
            columnStride: 1)
    }

    private init(
        address: UInt, format: StoredFormat, rows: Int, columns: Int, rowStride: Int, columnStride: Int
    ) {
        self.address = address
        self.format = format
        self.rows = rows
        self.columns = columns
        self.rowStride = rowStride
        self.columnStride = columnStride
    }

    /// Bytes that its numbers take.
    package var sizeInBytes: Int { format.sizeInBytes(rows * columns) }

    /// The type of its numbers; nil where they stand in blocks.
    package var dtype: DType? {
        if case .numbers(let dtype) = format { dtype } else { nil }
    }

    /// The same matrix with rows and columns exchanged; there is none of blocks.
    package var transposed: TensorSource {
        precondition(dtype != nil, "blocks are not transposed")
        return TensorSource(
            address: address, format: format, rows: columns, columns: rows, rowStride: columnStride,
            columnStride: rowStride)
    }

    /// Where a row begins.
    package func address(ofRow row: Int) -> UInt { address + UInt(format.sizeInBytes(row * rowStride)) }

    /// Some of the rows.
    package func rows(_ range: Range<Int>) -> TensorSource {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
        return TensorSource(
            address: address(ofRow: range.lowerBound), format: format, rows: range.count, columns: columns,
            rowStride: rowStride, columnStride: columnStride)
    }
    /// The first row and every so many'th behind it.
    package func every(_ step: Int) -> TensorSource {
        TensorSource(
            address: address, format: format, rows: (rows + step - 1) / step, columns: columns,
            rowStride: step * rowStride, columnStride: columnStride)
    }
}
