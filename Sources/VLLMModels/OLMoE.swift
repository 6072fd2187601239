// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// OLMoE (arXiv 2409.02060): Llama with norms over all queries and all keys of a token, and experts in every layer.
    static let olmoE = Architecture(names: ["OlmoeForCausalLM"]) { config, _ throws(CheckpointError) in
        try config.require("clip_qkv", oneOf: [])
        try config.require("mlp_bias", oneOf: [false])
        var decoder = try llamaLike(config, defaultEpsilon: 1e-5)
        try setBiases(of: &decoder, config)
        setQueryKeyNorm(of: &decoder)
        decoder.queryKeyNorm = .wholeWidth(.rms)
        let routing = try routing(
            config, numExperts: "num_experts", normalizes: try config.bool("norm_topk_prob", default: false))
        let mlp = "model.layers.{}.mlp"
        let expert = "\(mlp).experts.{}"
        decoder.experts = ExpertsConfiguration(
            routing: routing, intermediateSize: try expertSize(config, "intermediate_size", of: routing),
            layers: [Bool](repeating: true, count: decoder.numLayers),
            names: ExpertNames(
                router: "\(mlp).gate",
                weights: .separate(
                    gate: "\(expert).gate_proj", up: "\(expert).up_proj", down: "\(expert).down_proj")))
        return decoder
    }
}
