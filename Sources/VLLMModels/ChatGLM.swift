// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// ChatGLM2, ChatGLM3 and GLM-4 (arXiv 2406.12793) as their own checkpoints name them: half of each head turned by
    /// pairs, few heads of keys and values, gate and up of the MLP in one layer. The first ChatGLM is another model.
    static let chatGLM = Architecture(names: ["ChatGLMModel", "ChatGLMForConditionalGeneration"]) {
        config, _ throws(CheckpointError) in
        guard config.object.contains("padded_vocab_size") else {
            throw config.error(
                "padded_vocab_size",
                "is missing: ChatGLM2, ChatGLM3 and GLM-4 have it, the first ChatGLM is not supported")
        }
        let rows = try config.int("padded_vocab_size", in: 1...(1 << 24))
        let shape = try DecoderShape(
            config.withDefaults(["vocab_size": .integer(rows)]), layers: "num_layers", positions: "seq_length"
        )
        try requireChatGLM(config)
        let headDim = try config.int("kv_channels", in: 4...1024, default: shape.hiddenSize / shape.numHeads)
        guard headDim % 4 == 0 else {
            throw config.error("kv_channels", "is \(headDim), whose half is not even")
        }
        let rotary = try chatGLMRotary(config, dimension: headDim / 2)
        var decoder = DecoderConfiguration(
            shape: shape, intermediateSize: try config.int("ffn_hidden_size", in: 1...(1 << 22)), norm: .rms,
            epsilon: Float(try config.double("layernorm_epsilon", default: 1e-5)),
            positions: .rotary(rotary), mlp: .gated(.silu),
            tiesEmbeddings: try config.bool("tie_word_embeddings", default: false), names: chatGLMNames)
        decoder.vocabularySize = rows
        decoder.headDim = headDim
        // It counts the stretched positions.
        decoder.maxPositions = shape.maxPositions
        if try config.bool("multi_query_attention", default: false) {
            decoder.numKVHeads = try config.int("multi_query_group_num", in: 1...shape.numHeads, default: 1)
            guard shape.numHeads % decoder.numKVHeads == 0 else {
                throw config.error(
                    "multi_query_group_num",
                    "\(decoder.numKVHeads) does not divide the \(shape.numHeads) heads")
            }
        }
        let hasBiases = try config.bool("add_bias_linear", default: false)
        if hasBiases { decoder.biases = [.queryKeyValue, .attentionOutput, .mlp] }
        if try config.bool("add_qkv_bias", default: false) { decoder.biases.insert(.queryKeyValue) }
        return decoder
    }

    /// `rope_ratio` divides positions in ChatGLM2-6B-32K (arXiv 2306.15595, as its card says), whose file is told by its
    /// name alone, and multiplies the base in all that came later.
    private static func chatGLMRotary(
        _ config: ConfigReader, dimension: Int
    ) throws(CheckpointError) -> RotaryConfiguration {
        let ratio = try config.double("rope_ratio", default: 1)
        guard ratio > 0 else { throw config.error("rope_ratio", "should be greater than zero, is \(ratio)") }
        let isSecond = try config.string("_name_or_path")?.lowercased().contains("chatglm2") ?? false
        var rotary = RotaryConfiguration(dimension: dimension, theta: isSecond ? 10_000 : 10_000 * ratio)
        if isSecond, ratio != 1 { rotary.scaling = .linear(factor: ratio) }
        rotary.style = .interleaved
        return rotary
    }

    private static func requireChatGLM(_ config: ConfigReader) throws(CheckpointError) {
        try config.require("rmsnorm", oneOf: [true])
        try config.require("post_layer_norm", oneOf: [true])
        try config.require("apply_residual_connection_post_layernorm", oneOf: [false])
        try config.require("original_rope", oneOf: [true])
        try config.require("position_encoding_2d", oneOf: [false])
        try config.require("interleaved_qkv", oneOf: [false])
        try config.require("pre_seq_len", oneOf: [])
        try config.require("quantization_bit", oneOf: [0])
    }

    private static let chatGLMNames = DecoderNames(
        embedding: "transformer.embedding.word_embeddings",
        attentionNorm: "transformer.encoder.layers.{}.input_layernorm",
        queryKeyValue: .merged("transformer.encoder.layers.{}.self_attention.query_key_value"),
        attentionOutput: "transformer.encoder.layers.{}.self_attention.dense",
        mlpNorm: "transformer.encoder.layers.{}.post_attention_layernorm",
        up: "transformer.encoder.layers.{}.mlp.dense_h_to_4h",
        down: "transformer.encoder.layers.{}.mlp.dense_4h_to_h",
        finalNorm: "transformer.encoder.final_layernorm",
        head: "transformer.output_layer")
}
