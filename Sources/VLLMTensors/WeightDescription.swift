// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A matrix in a checkpoint's memory, as stored: nothing is converted or copied yet.
package struct TensorSource: Sendable, Hashable {
    /// Where element (0, 0) stands; valid as long as the checkpoint is open.
    package let address: UInt
    /// The stored type.
    package let dtype: DType
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
        self.address = address
        self.dtype = dtype
        self.rows = rows
        self.columns = columns
        self.rowStride = rowStride
        self.columnStride = columnStride
    }

    /// The same matrix with rows and columns exchanged.
    package var transposed: TensorSource {
        TensorSource(
            address: address, dtype: dtype, rows: columns, columns: rows, rowStride: columnStride,
            columnStride: rowStride)
    }

    /// Some of the rows.
    package func rows(_ range: Range<Int>) -> TensorSource {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
        return TensorSource(
            address: address + UInt(range.lowerBound * rowStride * dtype.size), dtype: dtype,
            rows: range.count,
            columns: columns, rowStride: rowStride, columnStride: columnStride)
    }

    /// The first row and every so many'th behind it.
    package func every(_ step: Int) -> TensorSource {
        TensorSource(
            address: address, dtype: dtype, rows: (rows + step - 1) / step, columns: columns,
            rowStride: step * rowStride, columnStride: columnStride)
    }
}

/// What a linear layer's weight is, logically; the backend decides how it is laid out.
package struct WeightDescription: Sendable {
    /// How the parts make one matrix.
    package enum Arrangement: Sendable, Hashable {
        /// One below the other: the merged projection of queries, keys and values.
        case stacked
        /// Two parts of equal shape, gate then up, whose outputs a gated activation joins.
        case gated
    }

    /// The parts, each [outputs, inputs] with the same inputs.
    package var parts: [TensorSource]
    /// How they are joined.
    package var arrangement: Arrangement
    /// How its numbers are to be stored: what the parts have is rounded to it.
    package var format: WeightFormat

    package init(parts: [TensorSource], arrangement: Arrangement = .stacked, format: WeightFormat) {
        self.parts = parts
        self.arrangement = arrangement
        self.format = format
    }

    /// Rows of all parts.
    package var outputs: Int { parts.reduce(0) { $0 + $1.rows } }
    /// Columns of each part.
    package var inputs: Int { parts.first?.columns ?? 0 }
}

/// A weight in a backend's own layout.
package struct PackedWeight: Sendable, Hashable {
    /// Where it stands.
    package let address: UInt
    /// How its numbers are stored.
    package let format: WeightFormat
    /// Logical rows, of all parts.
    package let outputs: Int
    /// Logical columns.
    package let inputs: Int
    /// True where gate and up are interleaved.
    package let isGated: Bool
    /// Bytes it takes.
    package let sizeInBytes: Int

    package init(
        address: UInt, format: WeightFormat, outputs: Int, inputs: Int, isGated: Bool, sizeInBytes: Int
    ) {
        self.address = address
        self.format = format
        self.outputs = outputs
        self.inputs = inputs
        self.isGated = isGated
        self.sizeInBytes = sizeInBytes
    }
}

/// A float32 vector that lives as long as the model: a norm's weight, a bias (padded as the backend needs).
package struct PackedVector: Sendable, Hashable {
    /// Where it stands.
    package let address: UInt
    /// Logical elements.
    package let count: Int

    package init(address: UInt, count: Int) {
        self.address = address
        self.count = count
    }
}
