// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import VLLMTensors

/// Packs panels of whole numbers: codes as they are stored, or numbers rounded to codes.
final class PanelRounding {
    private let kernels: vllm_kernels
    private let format: KernelFormat
    private let weightFormat: WeightFormat
    private let inputs: Int
    private var values: [Float]
    private var codes: [Int8]
    private var scales: [Float]
    private var minimums: [Float]

    init(_ kernels: vllm_kernels, _ format: KernelFormat, _ weightFormat: WeightFormat, inputs: Int) {
        self.kernels = kernels
        self.format = format
        self.weightFormat = weightFormat
        self.inputs = inputs
        values = [Float](repeating: 0, count: inputs)
        codes = [Int8](repeating: 0, count: Int(VLLM_PANEL) * inputs)
        scales = [Float](repeating: 0, count: Int(VLLM_PANEL) * format.groups(inputs: inputs))
        minimums = format.dtype == VLLM_DTYPE_I4_MIN ? scales : []
    }

    /// Packs a panel; a row that is nil is zero.
    func pack(_ rows: [StoredRow?], into panel: UnsafeMutableRawPointer?) {
        let groups = format.groups(inputs: inputs)
        unsafe codes.withUnsafeMutableBufferPointer { codes in
            unsafe scales.withUnsafeMutableBufferPointer { scales in
                var pointers: [UnsafePointer<Int8>?] = unsafe []
                for (index, row) in rows.enumerated() {
                    guard let row, let codes = codes.baseAddress, let scales = scales.baseAddress else {
                        unsafe pointers.append(nil)
                        continue
                    }
                    unsafe open(
                        row, codes + index * inputs, scales + index * groups, groupsFrom: index * groups)
                    unsafe pointers.append(UnsafePointer(codes + index * inputs))
                }
                unsafe vllm_pack_integers(
                    panel, format.dtype, pointers, scales.baseAddress, minimums, Int32(inputs),
                    Int32(format.group))
            }
        }
    }

    /// True for blocks that have the codes already.
    private func hasCodes(_ stored: BlockFormat) -> Bool {
        stored.ownWidth == weightFormat || stored.isHeldByQ8_0 && stored.packed == weightFormat
    }

    /// A row's codes and factors.
    private func open(
        _ row: StoredRow, _ codes: UnsafeMutablePointer<Int8>, _ scales: UnsafeMutablePointer<Float>,
        groupsFrom first: Int
    ) {
        if case .blocks(let stored) = row.format, hasCodes(stored) {
            unsafe vllm_open_blocks(codes, scales, row.address, stored.kernelType, Int32(inputs))
            return
        }
        unsafe values.withUnsafeMutableBufferPointer { values in
            guard let base = values.baseAddress else { return }
            unsafe row.widen(into: base, count: inputs)
        }
        if minimums.isEmpty {
            unsafe kernels.quantize_weights(
                codes, scales, values, format.dtype, Int32(inputs), Int32(format.group))
        } else {
            unsafe roundAboveMinimums(codes, scales, groupsFrom: first)
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
