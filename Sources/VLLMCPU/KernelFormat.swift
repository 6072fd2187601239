// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import VLLMTensors

/// A weight's format as the kernels name it.
struct KernelFormat {
    let dtype: vllm_dtype
    /// Inputs that share a factor; 0 where all do, or none has one.
    let group: Int

    init(_ format: WeightFormat) {
        switch format {
        case .dense(let type): (dtype, group) = (type.kernelType, 0)
        case .int8: (dtype, group) = (VLLM_DTYPE_I8, 0)
        case .int4(let size, let hasMinimums):
            (dtype, group) = (hasMinimums ? VLLM_DTYPE_I4_MIN : VLLM_DTYPE_I4, size)
        case .blocks(let blocks):
            dtype = blocks.kernelType
            group = Int(vllm_integer_group(dtype))
        }
    }

    /// True for whole numbers.
    var isInteger: Bool { dtype.rawValue >= VLLM_DTYPE_I8.rawValue }

    /// What activations' sums are multiplied with as they are rounded: what codes are above their values.
    var zero: Int { Int(vllm_integer_zero(dtype)) }

    /// True where panels are made of blocks as they are stored, which nothing can be rounded to.
    var isBlocks: Bool { dtype == VLLM_DTYPE_Q4_K || dtype == VLLM_DTYPE_Q6_K }

    func groups(inputs: Int) -> Int { group == 0 ? 1 : inputs / group }

    /// The least bits, without the sign, of an element of a type that no finite number stands for when it is packed.
    func limit(of source: DType) -> UInt32 {
        switch (source, dtype) {
        // 65520 and more is rounded to infinity, as is the last half of a step behind bfloat16's largest.
        case (.float32, VLLM_DTYPE_F16): 0x477f_f000
        case (.bfloat16, VLLM_DTYPE_F16): 0x4780
        case (.float32, VLLM_DTYPE_BF16): 0x7f7f_8000
        case (.float32, _): 0x7f80_0000
        case (.bfloat16, _): 0x7f80
        case (.float16, _): 0x7c00
        case (.int32, _): .max
        }
    }

    /// True where products with activations of a type can be made.
    func takes(_ activations: DType) -> Bool {
        if isInteger { return activations == .bfloat16 || activations == .float32 }
        return activations == (dtype == VLLM_DTYPE_BF16 ? .bfloat16 : .float32)
    }

    func panelBytes(inputs: Int) -> Int {
        isInteger
            ? vllm_integer_panel_bytes(dtype, Int32(inputs), Int32(group))
            : vllm_panel_bytes(dtype, Int32(inputs))
    }

    /// Writes a row of a packed weight as float32.
    func unpack(
        _ weight: UnsafeRawPointer, row: Int32, inputs: Int, into target: UnsafeMutablePointer<Float>
    ) {
        if isInteger {
            unsafe vllm_unpack_integers(target, weight, dtype, row, Int32(inputs), Int32(group))
        } else {
            unsafe vllm_unpack_row(target, weight, dtype, row, Int32(inputs))
        }
    }
}

extension WeightFormat.PackedBlocks {
    fileprivate var kernelType: vllm_dtype {
        switch self {
        case .q8_0: VLLM_DTYPE_Q8_0
        case .q5_0: VLLM_DTYPE_Q5_0
        case .q4K: VLLM_DTYPE_Q4_K
        case .q6K: VLLM_DTYPE_Q6_K
        }
    }
}
