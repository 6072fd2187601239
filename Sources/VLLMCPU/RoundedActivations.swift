// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Memory for activations that are rounded to whole numbers, used by one product after the other.
///
/// It grows to what the largest product needs and stays.
struct RoundedActivations {
    private var memory = Scratch()

    /// Rows of codes, a factor a row, and offsets, `[rows, groups]`.
    @safe struct Parts {
        let codes: UnsafeMutablePointer<Int8>
        /// Codes from one row to the next.
        let stride: Int
        let scales: UnsafeMutablePointer<Float>
        let offsets: UnsafeMutablePointer<Int32>
    }

    /// Memory for so many rows; what it held is lost.
    mutating func reserve(rows: Int, inputs: Int, groups: Int) -> Parts {
        let stride = CPUBackend.stride(inputs, elementSize: 1)
        let codes = rows * stride
        let scales = (rows * 4 + 63) / 64 * 64
        let base = unsafe memory.pointer(size: codes + scales + rows * groups * 4)
        return unsafe Parts(
            codes: base.bindMemory(to: Int8.self, capacity: codes), stride: stride,
            scales: (base + codes).bindMemory(to: Float.self, capacity: rows),
            offsets: (base + codes + scales).bindMemory(to: Int32.self, capacity: rows * groups))
    }
}
