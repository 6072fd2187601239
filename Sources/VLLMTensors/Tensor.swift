// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A view of a matrix in a backend's memory: an address, a type and a shape.
///
/// A trivial value that owns nothing; the arena or the weight store that made it does. Only the backend that
/// made it may look behind the address.
package struct Tensor: Sendable, Hashable {
    /// Where element (0, 0) stands.
    package let address: UInt
    /// The type of the elements.
    package let dtype: DType
    /// Rows, mostly tokens.
    package let rows: Int
    /// Elements of a row.
    package let columns: Int
    /// Elements from one row to the next, at least `columns`.
    package let stride: Int

    package init(address: UInt, dtype: DType, rows: Int, columns: Int, stride: Int? = nil) {
        self.address = address
        self.dtype = dtype
        self.rows = rows
        self.columns = columns
        self.stride = stride ?? columns
    }

    /// The rows from the first one.
    package func prefix(rows count: Int) -> Tensor {
        precondition(count <= rows, "prefix of \(count) rows of \(rows)")
        return Tensor(address: address, dtype: dtype, rows: count, columns: columns, stride: stride)
    }

    /// The same memory as rows of another width: `rows × columns` elements must fit.
    package func reshaped(rows: Int, columns: Int) -> Tensor {
        precondition(
            rows * columns <= self.rows * self.stride,
            "reshape of \(self.rows)×\(stride) to \(rows)×\(columns)")
        return Tensor(address: address, dtype: dtype, rows: rows, columns: columns)
    }
}
