// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension GGUFFamily {
    /// Gemma 1 and CodeGemma. The converter adds the one that the weights of norms are stored less.
    static let gemma = GGUFFamily("gemma") { model throws(CheckpointError) in
        GGUFTranslation(
            config: try model.config("GemmaForCausalLM"), tensors: .llama, adapt: { $0.normWeightOffset = 0 })
    }

    /// Gemma 2.
    static let gemma2 = GGUFFamily("gemma2") { model throws(CheckpointError) in
        var config = try model.config("Gemma2ForCausalLM")
        try setScale(of: &config, model, largestLayers: 46)
        for key in ["attn_logit_softcapping", "final_logit_softcapping"] {
            config[key] = try model.double(key).map { .number($0) }
        }
        return GGUFTranslation(config: config, tensors: .gemma2, adapt: { $0.normWeightOffset = 0 })
    }

    /// Gemma 3; the files say of the layers with a window only what differs from Google's own.
    static let gemma3 = GGUFFamily("gemma3") { model throws(CheckpointError) in
        var config = try model.config("Gemma3ForCausalLM")
        try setScale(of: &config, model, largestLayers: 62)
        config["final_logit_softcapping"] = try model.double("final_logit_softcapping").map { .number($0) }
        config["rope_local_base_freq"] = try model.double("rope.freq_base_swa").map { .number($0) }
        if config["rope_theta"] == nil { config["rope_theta"] = 1_000_000 }
        try model.addWindows(to: &config)
        if config["sliding_window"] == nil {
            config["sliding_window"] = .integer(try model.require("context_length"))
        }
        return GGUFTranslation(config: config, tensors: .gemma2, adapt: { $0.normWeightOffset = 0 })
    }

    /// Scores are divided by the root of a head's width, in the largest of a generation by that of its share of the
    /// hidden size, which the files do not say (github.com/ggml-org/llama.cpp, f_attention_scale).
    private static func setScale(
        of config: inout JSONObject, _ model: GGUFReader, largestLayers: Int
    ) throws(CheckpointError) {
        if let scale = try model.double("attention.scale"), scale > 0 {
            config["query_pre_attn_scalar"] = .number(1 / (scale * scale))
            return
        }
        let heads = max(1, try model.require("attention.head_count"))
        let share = try model.require("embedding_length") / heads
        let isLargest = try model.require("block_count") == largestLayers
        let width = try model.int("attention.key_length") ?? share
        config["query_pre_attn_scalar"] = .integer(isLargest ? share : width)
    }
}

extension GGUFTensorNames {
    /// Llama's names with norms behind attention and MLP too.
    fileprivate static let gemma2 = GGUFTensorNames.llama.with([
        "blk.{}.post_attention_norm": "model.layers.{}.post_attention_layernorm",
        "blk.{}.ffn_norm": "model.layers.{}.pre_feedforward_layernorm",
        "blk.{}.post_ffw_norm": "model.layers.{}.post_feedforward_layernorm",
    ])
}
