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
        }
    }

    /// True for whole numbers.
    var isInteger: Bool { dtype.rawValue >= VLLM_DTYPE_I8.rawValue }

    /// What codes are above their values.
    var zero: Int { dtype == VLLM_DTYPE_I8 ? 128 : 8 }

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

/// Rounds panels of weights, 16 rows at a time.
final class PanelRounding {
    private let kernels: vllm_kernels
    private let format: KernelFormat
    private let inputs: Int
    private var values: [Float]
    private var codes: [Int8]
    private var scales: [Float]
    private var minimums: [Float]

    init(_ kernels: vllm_kernels, _ format: KernelFormat, inputs: Int) {
        self.kernels = kernels
        self.format = format
        self.inputs = inputs
        values = [Float](repeating: 0, count: inputs)
        codes = [Int8](repeating: 0, count: Int(VLLM_PANEL) * inputs)
        scales = [Float](repeating: 0, count: Int(VLLM_PANEL) * format.groups(inputs: inputs))
        minimums = format.dtype == VLLM_DTYPE_I4_MIN ? scales : []
    }

    /// Packs a panel from rows of a part; a row that is nil is zero.
    func pack(_ rows: [UnsafeRawPointer?], _ part: TensorSource, into panel: UnsafeMutableRawPointer?) {
        let groups = format.groups(inputs: inputs)
        unsafe codes.withUnsafeMutableBufferPointer { codes in
            unsafe scales.withUnsafeMutableBufferPointer { scales in
                var pointers: [UnsafePointer<Int8>?] = unsafe []
                for index in unsafe rows.indices {
                    guard let row = unsafe rows[index], let codes = codes.baseAddress,
                        let scales = scales.baseAddress
                    else {
                        unsafe pointers.append(nil)
                        continue
                    }
                    unsafe vllm_widen_row(
                        &values, row, part.dtype.kernelType, part.columnStride, Int32(inputs))
                    if minimums.isEmpty {
                        unsafe kernels.quantize_weights(
                            codes + index * inputs, scales + index * groups, values, format.dtype,
                            Int32(inputs), Int32(format.group))
                    } else {
                        unsafe roundAboveMinimums(
                            codes + index * inputs, scales + index * groups, groupsFrom: index * groups)
                    }
                    unsafe pointers.append(UnsafePointer(codes + index * inputs))
                }
                unsafe vllm_pack_integers(
                    panel, format.dtype, pointers, scales.baseAddress, minimums, Int32(inputs),
                    Int32(format.group))
            }
        }
    }

    /// Rounds the row to sixteen steps between each group's least and largest value.
    private func roundAboveMinimums(
        _ codes: UnsafeMutablePointer<Int8>, _ scales: UnsafeMutablePointer<Float>, groupsFrom first: Int
    ) {
        for group in 0..<inputs / format.group {
            let range = group * format.group..<(group + 1) * format.group
            let part = values[range]
            let (least, most) = (part.min() ?? 0, part.max() ?? 0)
            // What is no number leaves none in its group.
            let isFinite = part.allSatisfy(\.isFinite)
            let scale = isFinite ? Float(Float16((most - least) / 15)) : .nan
            let minimum = Float(Float16(-least - 8 * scale))
            unsafe scales[group] = scale
            minimums[first + group] = minimum
            for index in range {
                let code = scale > 0 ? ((values[index] + minimum) / scale + 8).rounded() : 8
                unsafe codes[index] = Int8(Swift.min(15, Swift.max(0, code)))
            }
        }
    }
}
