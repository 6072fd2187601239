// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// GPT-J 6B (github.com/kingoflolz/mesh-transformer-jax): attention and MLP beside each other behind one layer norm,
    /// the beginning of each head turned by pairs, a bias on the head.
    static let gptJ = Architecture(names: ["GPTJForCausalLM"]) { config, _ throws(CheckpointError) in
        let shape = try DecoderShape(
            config, hidden: "n_embd", layers: "n_layer", heads: "n_head", positions: "n_positions")
        try config.require("scale_attn_weights", oneOf: [true])
        try config.require("rotary", oneOf: [true])
        let headDim = try evenHeadDim(config, shape, key: "n_head")
        let rotaryDim = try config.int("rotary_dim", in: 2...headDim, default: 64)
        guard rotaryDim % 2 == 0 else {
            throw config.error("rotary_dim", "should be even, is \(rotaryDim)")
        }
        var rotary = RotaryConfiguration(dimension: rotaryDim, theta: 10_000)
        rotary.style = .interleaved
        var decoder = DecoderConfiguration(
            shape: shape,
            intermediateSize: try config.int("n_inner", in: 1...(1 << 22), default: 4 * shape.hiddenSize),
            norm: .layer, epsilon: Float(try config.double("layer_norm_epsilon", default: 1e-5)),
            positions: .rotary(rotary),
            mlp: .plain(try activation(config, key: "activation_function", default: "gelu_new")),
            tiesEmbeddings: try config.bool("tie_word_embeddings", default: false), names: gptJNames)
        decoder.residual = .parallel
        decoder.biases = [.mlp, .head]
        return decoder
    }

    /// A head's width as an even share of the hidden size.
    static func evenHeadDim(
        _ config: ConfigReader, _ shape: DecoderShape, key: String = "num_attention_heads"
    ) throws(CheckpointError) -> Int {
        let headDim = shape.hiddenSize / shape.numHeads
        guard shape.hiddenSize % shape.numHeads == 0, headDim % 2 == 0, headDim <= 1024 else {
            throw config.error(
                key,
                "is \(shape.numHeads), which does not cut the hidden size \(shape.hiddenSize) into heads of an even width up to 1024"
            )
        }
        return headDim
    }

    private static let gptJNames = DecoderNames(
        embedding: "transformer.wte",
        attentionNorm: "transformer.h.{}.ln_1",
        queryKeyValue: .separate(
            query: "transformer.h.{}.attn.q_proj", key: "transformer.h.{}.attn.k_proj",
            value: "transformer.h.{}.attn.v_proj"),
        attentionOutput: "transformer.h.{}.attn.out_proj",
        mlpNorm: nil,
        up: "transformer.h.{}.mlp.fc_in",
        down: "transformer.h.{}.mlp.fc_out",
        finalNorm: "transformer.ln_f",
        head: "lm_head")
}
