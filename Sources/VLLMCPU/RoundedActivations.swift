// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels

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

        /// Parts of memory of `size(rows:inputs:groups:)` bytes.
        init(in base: UnsafeMutableRawPointer, rows: Int, inputs: Int, groups: Int) {
            stride = CPUBackend.stride(inputs, elementSize: 1)
            let codes = rows * stride
            let scales = Self.scaleBytes(rows)
            unsafe self.codes = base.bindMemory(to: Int8.self, capacity: codes)
            unsafe self.scales = (base + codes).bindMemory(to: Float.self, capacity: rows)
            unsafe offsets = (base + codes + scales).bindMemory(to: Int32.self, capacity: rows * groups)
        }

        /// Bytes that the parts of so many rows take.
        static func size(rows: Int, inputs: Int, groups: Int) -> Int {
            rows * CPUBackend.stride(inputs, elementSize: 1) + scaleBytes(rows) + rows * groups * 4
        }

        /// Makes them the activations of a product.
        func name(in arguments: inout vllm_linear_args, groups: Int) {
            unsafe arguments.x = UnsafeRawPointer(codes)
            unsafe arguments.ldx = stride
            unsafe arguments.x_scales = UnsafePointer(scales)
            unsafe arguments.x_offsets = UnsafePointer(offsets)
            unsafe arguments.ld_offsets = groups
        }

        private static func scaleBytes(_ rows: Int) -> Int { (rows * 4 + 63) / 64 * 64 }
    }

    /// Memory for so many rows; what it held is lost.
    mutating func reserve(rows: Int, inputs: Int, groups: Int) -> Parts {
        let size = Parts.size(rows: rows, inputs: inputs, groups: groups)
        return unsafe Parts(in: memory.pointer(size: size), rows: rows, inputs: inputs, groups: groups)
    }
}
