// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// Falcon (arXiv 2311.16867): the 7B decoder, attention and MLP beside each other behind one layer norm and one head
    /// of keys and values; that of the 40B, 180B and Falcon 2 with groups of heads; and that of RW, one after the other
    /// with ALiBi. Their first files call them RW, and some keys otherwise.
    static let falcon = Architecture(names: ["FalconForCausalLM", "RWForCausalLM"]) {
        config, _ throws(CheckpointError) in
        let isRW = config.object.contains("n_head") && !config.object.contains("num_attention_heads")
        let heads = isRW ? "n_head" : "num_attention_heads"
        let config = (isRW ? rwDefaults(config) : config)
            .withDefaults(["max_position_embeddings": 2048])
        let shape = try DecoderShape(config, layers: isRW ? "n_layer" : "num_hidden_layers", heads: heads)
        let headDim = try evenHeadDim(config, shape, key: heads)
        let hasALiBi = try config.bool("alibi", default: false)
        var positions = DecoderConfiguration.Positions.none
        if !hasALiBi {
            positions = .rotary(
                try RotaryConfiguration(config, headDim: headDim, maxPositions: shape.maxPositions))
        }
        var decoder = DecoderConfiguration(
            shape: shape,
            intermediateSize: try config.int(
                "ffn_hidden_size", in: 1...(1 << 22), default: 4 * shape.hiddenSize),
            norm: .layer, epsilon: Float(try config.double("layer_norm_epsilon", default: 1e-5)),
            positions: positions, mlp: .plain(try activation(config, key: "activation", default: "gelu")),
            tiesEmbeddings: try config.bool("tie_word_embeddings", default: true), names: falconNames)
        // Slopes are added to scores before these are scaled.
        if hasALiBi { decoder.alibi = .slopes(scale: 1 / Float(headDim).squareRoot()) }
        if try config.bool("bias", default: false) {
            decoder.biases = [.queryKeyValue, .attentionOutput, .mlp]
        }
        try setBlocks(of: &decoder, config, numKVHeads: isRW ? "n_head_kv" : "num_kv_heads")
        return decoder
    }

    /// What the code beside RW's files takes where a key is missing; that of the 40B knows its kind of blocks alone.
    private static func rwDefaults(_ config: ConfigReader) -> ConfigReader {
        let isLarge =
            config.object["n_head_kv"]?.intValue != nil || config.object["model_type"] == "RefinedWeb"
        return config.withDefaults([
            "new_decoder_architecture": .bool(isLarge), "multi_query": false, "parallel_attn": false,
        ])
    }

    /// The heads of keys and values, and the norms, of the three kinds of blocks.
    private static func setBlocks(
        of decoder: inout DecoderConfiguration, _ config: ConfigReader, numKVHeads key: String
    ) throws(CheckpointError) {
        let merged = "transformer.h.{}.self_attention.query_key_value"
        guard try config.bool("new_decoder_architecture", default: false) else {
            let isMultiQuery = try config.bool("multi_query", default: true)
            decoder.numKVHeads = isMultiQuery ? 1 : decoder.numHeads
            decoder.names.queryKeyValue = .merged(merged, layout: isMultiQuery ? .stacked : .perHead)
            if try config.bool("parallel_attn", default: true) {
                decoder.residual = .parallel
                decoder.names.mlpNorm = nil
            }
            return
        }
        decoder.numKVHeads = try config.int(key, in: 1...decoder.numHeads, default: decoder.numHeads)
        guard decoder.numHeads % decoder.numKVHeads == 0 else {
            throw config.error(key, "\(decoder.numKVHeads) does not divide the \(decoder.numHeads) heads")
        }
        decoder.names.queryKeyValue = .merged(merged, layout: .perGroup)
        // These blocks are parallel whatever the key says.
        _ = try config.bool("parallel_attn", default: true)
        _ = try config.bool("multi_query", default: true)
        decoder.residual = .parallel
        let hasTwoNorms = try config.int("num_ln_in_parallel_attn", in: 1...2, default: 2) == 2
        decoder.names.mlpNorm = hasTwoNorms ? "transformer.h.{}.ln_mlp" : nil
        if hasTwoNorms { decoder.names.attentionNorm = "transformer.h.{}.ln_attn" }
    }

    private static let falconNames = DecoderNames(
        embedding: "transformer.word_embeddings",
        attentionNorm: "transformer.h.{}.input_layernorm",
        queryKeyValue: .merged("transformer.h.{}.self_attention.query_key_value"),
        attentionOutput: "transformer.h.{}.self_attention.dense",
        mlpNorm: "transformer.h.{}.post_attention_layernorm",
        up: "transformer.h.{}.mlp.dense_h_to_4h",
        down: "transformer.h.{}.mlp.dense_4h_to_h",
        finalNorm: "transformer.ln_f",
        head: "lm_head")
}
