// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMLayers
import VLLMTensors
import VLLMJSON

extension Architecture {
    /// GPT-2 (Radford et al. 2019), DialoGPT: learned positions, layer norms, linear layers stored transposed.
    static let gpt2 = Architecture(names: ["GPT2LMHeadModel"]) { config, checkpoint throws(CheckpointError) in
        let shape = try DecoderShape(
            config, hidden: "n_embd", layers: "n_layer", heads: "n_head", positions: "n_positions")
        guard shape.hiddenSize % shape.numHeads == 0 else {
            throw config.error("n_head", "\(shape.numHeads) does not divide n_embd \(shape.hiddenSize)")
        }
        try config.require("scale_attn_weights", oneOf: [true])
        try config.require("scale_attn_by_inverse_layer_idx", oneOf: [false])
        try config.require("add_cross_attention", oneOf: [false])
        var decoder = DecoderConfiguration(
            shape: shape,
            intermediateSize: try config.int("n_inner", in: 1...(1 << 22), default: 4 * shape.hiddenSize),
            norm: .layer, epsilon: Float(try config.double("layer_norm_epsilon", default: 1e-5)),
            positions: .learned,
            mlp: .plain(try activation(config, key: "activation_function", default: "gelu_new")),
            tiesEmbeddings: try config.bool("tie_word_embeddings", default: true),
            names: gpt2Names(prefix: checkpoint.has("transformer.wte.weight") ? "transformer." : ""))
        decoder.biases = [.queryKeyValue, .attentionOutput, .mlp]
        return decoder
    }

    /// Newer checkpoints have the prefix, OpenAI's own have not.
    private static func gpt2Names(prefix: String) -> DecoderNames {
        var names = DecoderNames(
            embedding: "\(prefix)wte",
            attentionNorm: "\(prefix)h.{}.ln_1",
            queryKeyValue: .merged("\(prefix)h.{}.attn.c_attn"),
            attentionOutput: "\(prefix)h.{}.attn.c_proj",
            mlpNorm: "\(prefix)h.{}.ln_2",
            up: "\(prefix)h.{}.mlp.c_fc",
            down: "\(prefix)h.{}.mlp.c_proj",
            finalNorm: "\(prefix)ln_f",
            head: "lm_head")
        names.positions = "\(prefix)wpe"
        names.isTransposed = true
        return names
    }
}
