// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// Mixtral 8x7B and 8x22B (arXiv 2401.04088): Llama with experts in every layer.
    static let mixtral = Architecture(names: ["MixtralForCausalLM"]) { config, _ throws(CheckpointError) in
        var decoder = try llamaLike(config, defaultTheta: 1e6, defaultEpsilon: 1e-5)
        try setWindow(of: &decoder, config)
        let expert = "model.layers.{}.block_sparse_moe.experts.{}"
        let routing = try routing(config, numExperts: "num_local_experts", normalizes: true)
        decoder.experts = ExpertsConfiguration(
            routing: routing, intermediateSize: try expertSize(config, "intermediate_size", of: routing),
            layers: [Bool](repeating: true, count: decoder.numLayers),
            names: ExpertNames(
                router: "model.layers.{}.block_sparse_moe.gate",
                weights: .separate(gate: "\(expert).w1", up: "\(expert).w3", down: "\(expert).w2")))
        return decoder
    }

    /// A choice of `num_experts_per_tok` experts by softmax. Newer transformers write `num_local_experts` for all.
    static func routing(
        _ config: ConfigReader, numExperts key: String, normalizes: Bool
    ) throws(CheckpointError) -> RoutingOptions {
        let common = "num_local_experts"
        let key = !config.object.contains(key) && config.object.contains(common) ? common : key
        let count = try config.int(key, in: 1...RoutingOptions.maxExperts)
        return RoutingOptions(
            numExperts: count, numExpertsPerToken: try config.int("num_experts_per_tok", in: 1...count),
            normalizes: normalizes)
    }

    /// The width between an expert's halves.
    static func expertSize(
        _ config: ConfigReader, _ key: String, of routing: RoutingOptions
    ) throws(CheckpointError) -> Int {
        let size = try config.int(key, in: 1...(1 << 22))
        // Products of all extents have to fit 64 bits.
        guard size * routing.numExperts <= 1 << 28 else {
            throw config.error(key, "is \(size), too many for \(routing.numExperts) experts")
        }
        return size
    }
}
