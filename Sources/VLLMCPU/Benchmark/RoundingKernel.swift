// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import VLLMTensors

/// The rounding of activations to whole numbers, a part of each product with weights of 8 or 4 bits.
enum RoundingKernel {
    private static let formats = [
        ("int8", WeightFormat.int8), ("int4", .int4(group: 32, hasMinimums: false)),
        ("q6_k", .blocks(.q6K)),
    ]

    static func series(_ grid: KernelGrid) -> [KernelSeries] {
        grid.models.flatMap { model in
            formats.flatMap { name, format in
                [model.hiddenSize, model.intermediateSize].compactMap { inputs in
                    series(name, format, inputs: inputs, rows: grid.fewRows)
                }
            }
        }
    }

    /// Rows of one width; nil where they are no whole groups.
    static func series(_ name: String, _ format: WeightFormat, inputs: Int, rows: [Int]) -> KernelSeries? {
        guard inputs % format.inputGranule == 0 else { return nil }
        let format = KernelFormat(format)
        let sizes = rows.map { count in
            // The largest magnitude, a factor, the rounding and a sum; bfloat16 in, bytes out.
            KernelSize(
                shape: "k=\(inputs) m=\(count)", peak: .float32, operations: Double(4 * count * inputs),
                bytes: Double(3 * count * inputs), source: .cache)
        }
        return KernelSeries(name: "round to \(name)", sizes: sizes) { index, memory throws(DeviceError) in
            let backend = memory.backend
            let x = try memory.tensor(rows: rows[index], columns: inputs, dtype: .bfloat16)
            return {
                var arguments = unsafe vllm_linear_args()
                unsafe backend.round(x, format, &arguments)
            }
        }
    }
}
