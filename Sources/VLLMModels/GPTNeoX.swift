// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// GPT-NeoX 20B and Pythia (arXiv 2204.06745, 2304.01373): attention and MLP beside each other behind a layer norm
    /// each, the beginning of each head turned, queries, keys and values head by head in one layer.
    static let gptNeoX = Architecture(names: ["GPTNeoXForCausalLM"]) { config, _ throws(CheckpointError) in
        let shape = try DecoderShape(config)
        let headDim = try evenHeadDim(config, shape)
        let rotary = try RotaryConfiguration(
            config, headDim: headDim, maxPositions: shape.maxPositions,
            defaultTheta: try config.double("rotary_emb_base", default: 10_000),
            defaultShare: try config.double("rotary_pct", default: 0.25))
        var decoder = DecoderConfiguration(
            shape: shape, intermediateSize: try config.int("intermediate_size", in: 1...(1 << 22)),
            norm: .layer, epsilon: Float(try config.double("layer_norm_eps", default: 1e-5)),
            positions: .rotary(rotary),
            mlp: .plain(try activation(config, key: "hidden_act", default: "gelu")),
            tiesEmbeddings: try config.bool("tie_word_embeddings", default: false), names: gptNeoXNames)
        if try config.bool("use_parallel_residual", default: true) { decoder.residual = .parallel }
        decoder.biases = .mlp
        if try config.bool("attention_bias", default: true) {
            decoder.biases.formUnion([.queryKeyValue, .attentionOutput])
        }
        return decoder
    }

    private static let gptNeoXNames = DecoderNames(
        embedding: "gpt_neox.embed_in",
        attentionNorm: "gpt_neox.layers.{}.input_layernorm",
        queryKeyValue: .merged("gpt_neox.layers.{}.attention.query_key_value", layout: .perHead),
        attentionOutput: "gpt_neox.layers.{}.attention.dense",
        mlpNorm: "gpt_neox.layers.{}.post_attention_layernorm",
        up: "gpt_neox.layers.{}.mlp.dense_h_to_4h",
        down: "gpt_neox.layers.{}.mlp.dense_4h_to_h",
        finalNorm: "gpt_neox.final_layer_norm",
        head: "embed_out")
}
