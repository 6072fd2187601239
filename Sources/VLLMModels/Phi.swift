// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMLayers
import VLLMTensors
import VLLMJSON

extension Architecture {
    /// Phi-1, phi-1.5 and phi-2 (arXiv 2306.11644, 2309.05463): attention and MLP beside each other behind one
    /// layer norm, part of each head turned, biases everywhere.
    static let phi = Architecture(names: ["PhiForCausalLM"]) { config, _ throws(CheckpointError) in
        try config.require("qk_layernorm", oneOf: [false])
        let shape = try DecoderShape(config)
        let headDim = try shape.headDim(config)
        var decoder = try DecoderConfiguration(
            config, norm: .layer, epsilon: Float(try config.double("layer_norm_eps", default: 1e-5)),
            positions: .rotary(
                RotaryConfiguration(
                    config, headDim: headDim, maxPositions: shape.maxPositions, defaultShare: 0.5)),
            mlp: .plain(try activation(config, key: "hidden_act", default: "gelu_new")), headDim: headDim,
            tiesEmbeddings: try config.bool("tie_word_embeddings", default: false), names: phiNames)
        decoder.residual = .parallel
        decoder.biases = [.queryKeyValue, .attentionOutput, .mlp, .head]
        return decoder
    }

    private static let phiNames = DecoderNames(
        embedding: "model.embed_tokens",
        attentionNorm: "model.layers.{}.input_layernorm",
        queryKeyValue: .separate(
            query: "model.layers.{}.self_attn.q_proj", key: "model.layers.{}.self_attn.k_proj",
            value: "model.layers.{}.self_attn.v_proj"),
        attentionOutput: "model.layers.{}.self_attn.dense",
        mlpNorm: nil,
        up: "model.layers.{}.mlp.fc1",
        down: "model.layers.{}.mlp.fc2",
        finalNorm: "model.final_layernorm",
        head: "lm_head")
}
