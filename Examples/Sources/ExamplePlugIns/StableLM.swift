// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLM

extension Architecture {
    /// StableLM 2 and 3B (arXiv 2402.17834): Llama's shape and names with layer norms, and a quarter of each head turned.
    static let stableLM = Architecture(names: ["StableLmForCausalLM", "StableLMEpochForCausalLM"]) {
        config, _ throws(CheckpointError) in
        try config.require("qk_layernorm", oneOf: [false])
        try config.require("hidden_act", oneOf: ["silu"])
        let shape = try DecoderShape(config)
        let headDim = try shape.headDim(config)
        var decoder = try DecoderConfiguration(
            config, norm: .layer, epsilon: Float(try config.double("layer_norm_eps", default: 1e-5)),
            positions: .rotary(
                RotaryConfiguration(
                    config, headDim: headDim, maxPositions: shape.maxPositions, defaultShare: 0.25)),
            mlp: .gated(.silu), headDim: headDim,
            tiesEmbeddings: try config.bool("tie_word_embeddings", default: false), names: .llama)
        if try config.bool("use_qkv_bias", default: false) { decoder.biases.insert(.queryKeyValue) }
        if try config.bool("use_parallel_residual", default: false) {
            decoder.residual = .parallel
            decoder.names.mlpNorm = nil
        }
        return decoder
    }
}
