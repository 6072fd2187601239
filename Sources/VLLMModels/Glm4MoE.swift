// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// GLM-4.5, 4.5-Air and 4.6 (arXiv 2508.06471): Llama with half of each head turned, and DeepSeek-V3's experts
    /// behind some dense layers.
    static let glm4MoE = Architecture(names: ["Glm4MoeForCausalLM"]) { config, _ throws(CheckpointError) in
        var decoder = try llamaLike(config, defaultEpsilon: 1e-5, defaultRotaryShare: 0.5)
        if try config.bool("attention_bias", default: false) { decoder.biases = .queryKeyValue }
        if try config.bool("use_qk_norm", default: false) { setQueryKeyNorm(of: &decoder) }
        decoder.experts = try deepSeekExperts(config, numLayers: decoder.numLayers)
        decoder.numDraftLayers = try config.int("num_nextn_predict_layers", in: 0...64, default: 0)
        return decoder
    }

    /// The experts of DeepSeek-V3 (arXiv 2412.19437, section 2.1.2): scores by sigmoid, a correction that balances the
    /// choice, groups, shared experts that are one MLP, in all but the first layers.
    static func deepSeekExperts(
        _ config: ConfigReader, numLayers: Int
    ) throws(CheckpointError) -> ExpertsConfiguration {
        var routing = try routing(
            config, numExperts: "n_routed_experts",
            normalizes: try config.bool("norm_topk_prob", default: true))
        routing.score = .sigmoid
        routing.scale = Float(try config.double("routed_scaling_factor", default: 1))
        let groups = try config.int("n_group", in: 1...routing.numExperts, default: 1)
        let chosen = try config.int("topk_group", in: 1...groups, default: 1)
        if groups > 1 { routing.groups = .init(count: groups, chosen: chosen, score: .sumOfTwoLargest) }
        guard routing.isValid else {
            throw config.error(
                "n_group",
                "is \(groups), which does not cut \(routing.numExperts) experts so that \(routing.numExpertsPerToken) are in \(chosen) groups"
            )
        }
        let numDense = try config.int("first_k_dense_replace", in: 0...4096, default: 0)
        let mlp = "model.layers.{}.mlp"
        let expert = "\(mlp).experts.{}"
        var experts = ExpertsConfiguration(
            routing: routing, intermediateSize: try expertSize(config, "moe_intermediate_size", of: routing),
            layers: (0..<numLayers).map { $0 >= numDense },
            names: ExpertNames(
                router: "\(mlp).gate",
                weights: .separate(
                    gate: "\(expert).gate_proj", up: "\(expert).up_proj", down: "\(expert).down_proj")))
        experts.names.correction = "\(mlp).gate.e_score_correction_bias"
        let numShared = try config.int("n_shared_experts", in: 0...64, default: 0)
        if numShared > 0 {
            experts.sharedIntermediateSize = numShared * experts.intermediateSize
            experts.names.shared = .init(
                gate: "\(mlp).shared_experts.gate_proj", up: "\(mlp).shared_experts.up_proj",
                down: "\(mlp).shared_experts.down_proj")
        }
        return experts
    }
}
