// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// Qwen, the first (arXiv 2309.16609): Llama with biases on queries, keys and values.
    ///
    /// `use_dynamic_ntk` and `use_logn_attn` change what lies behind `seq_length` tokens, the length of training, alone:
    /// the model is served up to it.
    static let qwen = Architecture(names: ["QWenLMHeadModel"]) { config, _ throws(CheckpointError) in
        let longest = try config.int("max_position_embeddings", in: 1...(1 << 24), default: 8192)
        let trained = try config.int("seq_length", in: 1...(1 << 24), default: longest)
        let config = config.withDefaults(["max_position_embeddings": .integer(longest)])
        var shape = try DecoderShape(config)
        shape.maxPositions = min(trained, longest)
        try config.require("scale_attn_weights", oneOf: [true])
        let headDim = try config.int("kv_channels", in: 2...1024, default: shape.hiddenSize / shape.numHeads)
        guard headDim % 2 == 0 else { throw config.error("kv_channels", "should be even, is \(headDim)") }
        let rotary = try RotaryConfiguration(
            config, headDim: headDim, maxPositions: shape.maxPositions,
            defaultTheta: try config.double("rotary_emb_base", default: 10_000),
            defaultShare: try config.double("rotary_pct", default: 1))
        // Both halves of the MLP together.
        let size = try config.int("intermediate_size", in: 2...(1 << 22))
        guard size % 2 == 0 else { throw config.error("intermediate_size", "should be even, is \(size)") }
        var decoder = DecoderConfiguration(
            shape: shape, intermediateSize: size / 2, norm: .rms,
            epsilon: Float(try config.double("layer_norm_epsilon", default: 1e-6)),
            positions: .rotary(rotary), mlp: .gated(.silu),
            tiesEmbeddings: try config.bool("tie_word_embeddings", default: false), names: qwenNames)
        decoder.headDim = headDim
        var stretching: [String] = []
        for key in ["use_dynamic_ntk", "use_logn_attn"] where try config.bool(key, default: true) {
            stretching.append(key)
        }
        if !stretching.isEmpty {
            decoder.whyNoLonger =
                "beyond it the model computes otherwise (\(stretching.joined(separator: ", "))), which is not supported"
        }
        decoder.biases = .queryKeyValue
        if try !config.bool("no_bias", default: true) { decoder.biases.formUnion([.attentionOutput, .mlp]) }
        return decoder
    }

    private static let qwenNames = DecoderNames(
        embedding: "transformer.wte",
        attentionNorm: "transformer.h.{}.ln_1",
        queryKeyValue: .merged("transformer.h.{}.attn.c_attn"),
        attentionOutput: "transformer.h.{}.attn.c_proj",
        mlpNorm: "transformer.h.{}.ln_2",
        gate: "transformer.h.{}.mlp.w2",
        up: "transformer.h.{}.mlp.w1",
        down: "transformer.h.{}.mlp.c_proj",
        finalNorm: "transformer.ln_f",
        head: "lm_head")
}
