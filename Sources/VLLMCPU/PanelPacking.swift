// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import VLLMTensors

/// Packs panels of one format, 16 rows at a time: as they are stored where that is the same, else rounded.
final class PanelPacking {
    private let format: KernelFormat
    private let weightFormat: WeightFormat
    private let inputs: Int
    /// For rows that are stored in another format than they are packed in.
    private var values: [Float] = []
    private let rounding: PanelRounding?

    private static let panel = Int(VLLM_PANEL)

    init(_ kernels: vllm_kernels, _ weightFormat: WeightFormat, inputs: Int) {
        format = KernelFormat(weightFormat)
        self.weightFormat = weightFormat
        self.inputs = inputs
        rounding =
            format.isInteger && !format.isBlocks
            ? PanelRounding(kernels, format, weightFormat, inputs: inputs) : nil
    }

    /// Packs a panel; a row that is nil is zero.
    func pack(_ rows: [StoredRow?], into panel: UnsafeMutableRawPointer?) {
        if let rounding {
            unsafe rounding.pack(rows, into: panel)
        } else if format.isBlocks {
            let addresses = unsafe rows.map { unsafe $0?.address }
            unsafe vllm_pack_blocks(panel, format.dtype, addresses, Int32(inputs))
        } else {
            unsafe packNumbers(rows, into: panel)
        }
    }

    private func packNumbers(_ rows: [StoredRow?], into panel: UnsafeMutableRawPointer?) {
        let first = rows.lazy.compactMap { $0 }.first
        let areAlike = rows.allSatisfy { row in
            row.map { $0.format == first?.format && $0.stride == first?.stride } ?? true
        }
        if let first, case .numbers(let dtype) = first.format, areAlike {
            let addresses = unsafe rows.map { unsafe $0?.address }
            unsafe vllm_pack_panel(
                panel, format.dtype, addresses, dtype.kernelType, first.stride, Int32(inputs))
            return
        }
        if values.isEmpty { values = [Float](repeating: 0, count: Self.panel * inputs) }
        unsafe values.withUnsafeMutableBufferPointer { values in
            guard let base = values.baseAddress else { return }
            var addresses: [UnsafeRawPointer?] = unsafe []
            for (index, row) in rows.enumerated() {
                unsafe row?.widen(into: base + index * inputs, count: inputs)
                unsafe addresses.append(row == nil ? nil : UnsafeRawPointer(base + index * inputs))
            }
            unsafe vllm_pack_panel(panel, format.dtype, addresses, VLLM_DTYPE_F32, 1, Int32(inputs))
        }
    }
}
