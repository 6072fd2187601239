// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// Qwen1.5-MoE and Qwen2-57B-A14B (arXiv 2407.10671): Qwen2 with experts, one of which every token goes to.
    static let qwen2MoE = Architecture(names: ["Qwen2MoeForCausalLM"]) {
        config, checkpoint throws(CheckpointError) in
        try config.require("use_sliding_window", oneOf: [false])
        var decoder = try llamaLike(config)
        if try config.bool("qkv_bias", default: true) { decoder.biases = .queryKeyValue }
        var experts = try qwenExperts(config, checkpoint, numLayers: decoder.numLayers)
        experts.sharedIntermediateSize = try config.int("shared_expert_intermediate_size", in: 1...(1 << 22))
        let shared = "model.layers.{}.mlp.shared_expert"
        experts.names.shared = .init(
            gate: "\(shared).gate_proj", up: "\(shared).up_proj", down: "\(shared).down_proj")
        experts.names.sharedGate = "model.layers.{}.mlp.shared_expert_gate"
        decoder.experts = experts
        return decoder
    }

    /// The experts of Qwen's families: in each layer that `decoder_sparse_step` counts and `mlp_only_layers` does not
    /// name.
    static func qwenExperts(
        _ config: ConfigReader, _ checkpoint: Checkpoint, numLayers: Int
    ) throws(CheckpointError) -> ExpertsConfiguration {
        let step = try config.int("decoder_sparse_step", in: 1...4096, default: 1)
        let dense = try config.doubles("mlp_only_layers") ?? []
        if let layer = dense.first(where: { Int(exactly: $0).map((0..<numLayers).contains) != true }) {
            throw config.error(
                "mlp_only_layers", "should number layers of 0…\(numLayers - 1), holds \(layer)")
        }
        let experts = "model.layers.{}.mlp.experts"
        // Files of an expert a tensor, or as transformers 5 holds them in memory.
        let isStacked = checkpoint.tensorNames.contains { $0.hasSuffix(".mlp.experts.gate_up_proj") }
        let routing = try routing(
            config, numExperts: "num_experts",
            normalizes: try config.bool("norm_topk_prob", default: false))
        return ExpertsConfiguration(
            routing: routing,
            intermediateSize: try expertSize(config, "moe_intermediate_size", of: routing),
            layers: (0..<numLayers).map { ($0 + 1) % step == 0 && !dense.contains(Double($0)) },
            names: ExpertNames(
                router: "model.layers.{}.mlp.gate",
                weights: isStacked
                    ? .stacked(gateUp: "\(experts).gate_up_proj", down: "\(experts).down_proj")
                    : .separate(
                        gate: "\(experts).{}.gate_proj", up: "\(experts).{}.up_proj",
                        down: "\(experts).{}.down_proj")))
    }
}
