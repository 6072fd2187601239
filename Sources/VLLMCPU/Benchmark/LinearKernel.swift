// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// Linear layers of every format.
enum LinearKernel {
    /// One layer of a model.
    struct Layer {
        let name: String
        let outputs: Int
        let inputs: Int
        var isGated = false
        /// Layers of this size that a step runs.
        let count: Int
        /// The logits: written, where all else is added to the residual stream.
        var isHead = false
    }

    static let formats: [(name: String, format: WeightFormat)] =
        [
            ("bf16", .dense(.bfloat16)), ("int8", .int8), ("int4", .int4(group: 32, hasMinimums: false)),
            ("int4-g128", .int4(group: 128, hasMinimums: false)), ("f16", .dense(.float16)),
            ("f32", .dense(.float32)),
        ] + WeightFormat.PackedBlocks.allCases.map { ($0.rawValue, .blocks($0)) }

    /// Weights of more elements are timed in the formats that models of that size are run with.
    private static let mostWideElements = 32 << 20
    /// Heads of larger models cost more time than they teach.
    private static let mostHeadElements = 256 << 20

    static func series(_ grid: KernelGrid) -> [KernelSeries] {
        grid.models.flatMap { model in
            layers(of: model).flatMap { layer in
                formats.compactMap { name, format in
                    let elements = layer.outputs * layer.inputs
                    let isWide = name == "f16" || name == "f32"
                    guard !isWide || elements <= mostWideElements && model.hiddenSize <= 1024,
                        !layer.isHead || elements <= mostHeadElements
                    else { return nil }
                    return series(model, layer, name, format, rows: grid.rows)
                }
            }
        }
    }

    static func layers(of model: KernelModel) -> [Layer] {
        let (hidden, middle) = (model.hiddenSize, model.intermediateSize)
        return [
            Layer(name: "qkv", outputs: model.mergedWidth, inputs: hidden, count: model.numLayers),
            Layer(name: "o", outputs: hidden, inputs: model.queryWidth, count: model.numLayers),
            Layer(
                name: model.isGated ? "gate-up" : "up", outputs: model.isGated ? 2 * middle : middle,
                inputs: hidden, isGated: model.isGated, count: model.numLayers),
            Layer(name: "down", outputs: hidden, inputs: middle, count: model.numLayers),
            Layer(name: "head", outputs: model.vocabularySize, inputs: hidden, count: 1, isHead: true),
        ]
    }

    /// One layer in one format; nil where its inputs are no whole groups.
    static func series(
        _ model: KernelModel, _ layer: Layer, _ name: String, _ format: WeightFormat, rows: [Int]
    ) -> KernelSeries? {
        guard layer.inputs % format.inputGranule == 0 else { return nil }
        let sizes = rows.map { count in
            KernelSize(
                shape: "\(model.name) \(layer.name) m=\(count)", peak: KernelPeak(format),
                operations: 2 * Double(count) * Double(layer.outputs) * Double(layer.inputs),
                bytes: Double(format.sizeInBytes(outputs: layer.outputs, inputs: layer.inputs)),
                source: .memory)
        }
        return KernelSeries(name: "linear \(name)", sizes: sizes) { index, memory throws(DeviceError) in
            try work(layer, format, rows: rows[index], memory)
        }
    }

    private static func work(
        _ layer: Layer, _ format: WeightFormat, rows: Int, _ memory: BenchmarkMemory
    ) throws(DeviceError) -> KernelSeries.Work {
        let backend = memory.backend
        let weights = try memory.weights(
            format, outputs: layer.outputs, inputs: layer.inputs, isGated: layer.isGated)
        let isFloat32 = KernelPeak(format) == .float32
        let type: DType = isFloat32 ? .float32 : .bfloat16
        let x = try memory.tensor(rows: rows, columns: layer.inputs, dtype: type)
        let output = try memory.tensor(
            rows: rows, columns: layer.isGated ? layer.outputs / 2 : layer.outputs,
            dtype: layer.isGated ? type : .float32)
        var turn = 0
        return {
            backend.linear(
                x, weights[turn], bias: nil, activation: layer.isGated ? .silu : .none,
                output: layer.isGated || layer.isHead ? .store : .add, into: output)
            turn = (turn + 1) % weights.count
        }
    }
}
