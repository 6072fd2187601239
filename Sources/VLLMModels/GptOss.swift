// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// GPT-OSS 20B and 120B (arXiv 2508.10925) in bfloat16: windows in every other layer, a sink a head, experts with
    /// biases behind a clamped gate.
    static let gptOss = Architecture(names: ["GptOssForCausalLM"]) { config, _ throws(CheckpointError) in
        var decoder = try llamaLike(config, defaultTheta: 150_000, defaultEpsilon: 1e-5)
        // What the kernel's clamped gate has.
        try require(config, "swiglu_alpha", 1.702)
        try require(config, "swiglu_limit", 7)
        guard decoder.mlp.activation == .silu else {
            throw config.error("hidden_act", "should be silu, the clamped gate's")
        }
        decoder.mlp = .gated(.swiGLUClamped)
        if try config.bool("attention_bias", default: true) {
            decoder.biases = [.queryKeyValue, .attentionOutput]
        }
        decoder.names.sinks = "model.layers.{}.self_attn.sinks"
        try setAlternatingWindows(of: &decoder, config, defaultPattern: 2)
        let mlp = "model.layers.{}.mlp"
        let routing = try routing(config, numExperts: "num_local_experts", normalizes: true)
        var experts = ExpertsConfiguration(
            routing: routing, intermediateSize: try expertSize(config, "intermediate_size", of: routing),
            layers: decoder.windows.map { _ in true },
            names: ExpertNames(
                router: "\(mlp).router",
                weights: .alternating(
                    gateUp: "\(mlp).experts.gate_up_proj", down: "\(mlp).experts.down_proj",
                    gateUpBias: "\(mlp).experts.gate_up_proj_bias",
                    downBias: "\(mlp).experts.down_proj_bias")))
        experts.names.routerHasBias = true
        decoder.experts = experts
        return decoder
    }

    /// Refuses a number that is not the one that is built in.
    private static func require(
        _ config: ConfigReader, _ key: String, _ value: Double
    ) throws(CheckpointError) {
        let found = try config.double(key, default: value)
        guard found == value else {
            throw config.error(key, "is \(found), but only \(value) is supported for this architecture")
        }
    }
}
