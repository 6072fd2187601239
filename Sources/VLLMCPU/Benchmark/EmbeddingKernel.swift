// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// Rows of the embedding, gathered from a packed weight.
enum EmbeddingKernel {
    static func series(_ grid: KernelGrid) -> [KernelSeries] {
        grid.models.prefix(1).flatMap { model in
            [
                ("bf16", WeightFormat.dense(.bfloat16)), ("int8", .int8), ("q8_0", .blocks(.q8_0)),
                ("q6_k", .blocks(.q6K)),
            ].filter { model.hiddenSize % $1.inputGranule == 0 }.map { name, format in
                series(name, format, model, rows: grid.fewRows)
            }
        }
    }

    static func series(
        _ name: String, _ format: WeightFormat, _ model: KernelModel, rows: [Int]
    ) -> KernelSeries {
        let width = model.hiddenSize
        let sizes = rows.map { count in
            // A row of the weight in, float32 out; one operation an element.
            KernelSize(
                shape: "\(model.name) m=\(count)", peak: .float32, operations: Double(count * width),
                bytes: Double(format.sizeInBytes(outputs: count, inputs: width) + 4 * count * width),
                source: .memory)
        }
        return KernelSeries(name: "embedding \(name)", sizes: sizes) { index, memory throws(DeviceError) in
            let backend = memory.backend
            let weights = try memory.weights(format, outputs: model.vocabularySize, inputs: width)
            let output = try memory.tensor(rows: rows[index], columns: width, dtype: .float32)
            var turn = 0
            return {
                // A prime number apart, so that no row comes twice in a long time.
                let ids = (0..<rows[index]).map {
                    Int32((turn + $0) * 7919 % model.vocabularySize)
                }
                backend.embed(ids, from: weights[turn % weights.count], into: output, accumulate: false)
                turn += rows[index]
            }
        }
    }
}
