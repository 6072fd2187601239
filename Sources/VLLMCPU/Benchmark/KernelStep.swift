// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

/// What the parts of a decode step take, made of measurements of each kernel by itself.
package struct KernelStep: Sendable {
    /// One kind of work, in seconds of a step.
    package struct Part: Sendable {
        package let name: String
        package let seconds: Double
        /// Work beside the products: norms, rotary embedding, rounding of activations, sampling.
        package let isBeside: Bool
    }

    /// What the weights are.
    package let format: String
    /// Sequences, a token each.
    package let sequences: Int
    /// Tokens of context of each.
    package let context: Int
    package let parts: [Part]

    /// Seconds of a step.
    package var total: Double { parts.reduce(0) { $0 + $1.seconds } }
    /// The part of the step that is not products and attention.
    package var shareBeside: Double { parts.reduce(0) { $0 + ($1.isBeside ? $1.seconds : 0) } / total }

    /// At most this part of a step should be work beside products and attention.
    package static let targetBeside = 0.05
}

extension KernelBenchmark {
    /// Estimates a step of a model from its kernels, measuring those that have not been measured.
    package func step(
        of model: KernelModel, sequences: Int = 32, context: Int = 256, isRounded: Bool
    ) throws(DeviceError) -> KernelStep {
        let format = isRounded ? WeightFormat.int8 : .dense(.bfloat16)
        let name = isRounded ? "int8" : "bf16"
        func time(_ series: KernelSeries?, _ index: Int = 0) throws(DeviceError) -> Double {
            guard let series else { return 0 }
            return try measurement(series, index).seconds
        }
        var (products, rounding) = (0.0, 0.0)
        for layer in LinearKernel.layers(of: model) {
            let count = Double(layer.count)
            products += count * (try time(LinearKernel.series(model, layer, name, format, rows: [sequences])))
            guard isRounded else { continue }
            rounding +=
                count
                * (try time(RoundingKernel.series(name, format, inputs: layer.inputs, rows: [sequences])))
        }
        let layers = Double(model.numLayers)
        let attention = AttentionKernel.series(
            headDim: model.headDim, heads: model.numHeads, kvHeads: model.numKVHeads,
            steps: [.init(queries: 1, context: context, sequences: sequences)], variants: [.plain])
        var parts = [
            // Products round their operands themselves.
            KernelStep.Part(name: "products", seconds: products - rounding, isBeside: false),
            KernelStep.Part(name: "attention", seconds: layers * (try time(attention)), isBeside: false),
            KernelStep.Part(
                name: "norms",
                seconds: (2 * layers + 1) * (try time(NormKernel.series(.rms, model, rows: [sequences]))),
                isBeside: true),
            KernelStep.Part(
                name: "rotary embedding",
                seconds: layers * (try time(SplitKernel.series(model, rows: [sequences]))), isBeside: true),
        ]
        if isRounded {
            parts.append(KernelStep.Part(name: "rounding", seconds: rounding, isBeside: true))
        }
        let sampling = SamplingKernel.series(vocabulary: model.vocabularySize)
        let topKTopP = SamplingKernel.Kind.allCases.firstIndex(of: .topKTopP) ?? 0
        parts.append(
            KernelStep.Part(
                name: "sampling",
                seconds: try time(sampling, topKTopP) * Double(sequences) / Double(SamplingKernel.rows),
                isBeside: true))
        return KernelStep(format: name, sequences: sequences, context: context, parts: parts)
    }
}
