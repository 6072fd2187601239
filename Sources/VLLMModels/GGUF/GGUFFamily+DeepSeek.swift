// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension GGUFFamily {
    /// DeepSeek-V2, V3 and R1, told from each other by how experts are scored; older files have the matrices between the
    /// latent vector and the heads in one, newer ones those of keys transposed beside those of values.
    static let deepSeek2 = GGUFFamily("deepseek2") { model throws(CheckpointError) in
        let function = try model.int("expert_gating_func") ?? 1
        guard function == 1 || function == 2 else {
            throw model.error(
                "expert_gating_func", "is \(function); 1, softmax, and 2, the sigmoid, are read")
        }
        var config = try model.config(
            function == 1 ? "DeepseekV2ForCausalLM" : "DeepseekV3ForCausalLM", hasLatentAttention: true)
        var tensors = GGUFTensorNames.deepSeek
        tensors.numLayers = try model.addDeepSeekExperts(to: &config, normalizes: false)
        config["scoring_func"] = function == 1 ? "softmax" : "sigmoid"
        let hasGroups = config["n_group"] != 1
        config["topk_method"] =
            function == 2 ? "noaux_tc" : hasGroups ? "group_limited_greedy" : "greedy"
        try addLatentAttention(to: &config, model)
        guard model.hasLayerTensor("attn_k_b.weight") else {
            return GGUFTranslation(config: config, tensors: tensors)
        }
        return GGUFTranslation(config: config, tensors: tensors) { decoder in
            let attention = "model.layers.{}.self_attn"
            decoder.latentAttention?.names.keyValue = .perHead(
                key: "\(attention).k_b_proj.{}", value: "\(attention).v_b_proj.{}")
        }
    }

    private static func addLatentAttention(
        to config: inout JSONObject, _ model: GGUFReader
    ) throws(CheckpointError) {
        // What is kept of a token is one head for all.
        config["num_key_value_heads"] = config["num_attention_heads"]
        let rotaryDim = try model.require("rope.dimension_count")
        let newer = try (model.int("attention.key_length_mla"), model.int("attention.value_length_mla"))
        let keyDim = if let dim = newer.0 { dim } else { try model.require("attention.key_length") }
        let valueDim = if let dim = newer.1 { dim } else { try model.require("attention.value_length") }
        guard keyDim > rotaryDim else {
            throw model.error(
                "rope.dimension_count", "is \(rotaryDim), which should be less than the \(keyDim) of a key")
        }
        config["qk_rope_head_dim"] = .integer(rotaryDim)
        config["qk_nope_head_dim"] = .integer(keyDim - rotaryDim)
        config["v_head_dim"] = .integer(valueDim)
        config["kv_lora_rank"] = .integer(try model.require("attention.kv_lora_rank"))
        config["q_lora_rank"] = try model.int("attention.q_lora_rank").flatMap { $0 > 0 ? .integer($0) : nil }
        // A tenth of `mscale_all_dim`; `mscale`, which the files do not say, is the same in all models.
        if var scaling = config["rope_scaling"]?.objectValue,
            let weight = try model.double("rope.scaling.yarn_log_multiplier")
        {
            scaling["mscale"] = .number(weight * 10)
            scaling["mscale_all_dim"] = .number(weight * 10)
            config["rope_scaling"] = .object(scaling)
        }
    }
}

extension GGUFReader {
    /// What DeepSeek's and GLM's configurations say of experts and of layers that guess further tokens.
    ///
    /// - Parameter normalizes: whether the weights of a token's experts are made to add up to one, where the file says
    ///   nothing.
    /// - Returns: the number of layers without those that guess.
    func addDeepSeekExperts(
        to config: inout JSONObject, normalizes: Bool
    ) throws(CheckpointError) -> Int {
        let numDrafts = try int("nextn_predict_layers") ?? 0
        let numLayers = try require("block_count") - min(numDrafts, 64)
        config["num_hidden_layers"] = .integer(numLayers)
        config["n_routed_experts"] = .integer(try require("expert_count"))
        config["num_experts_per_tok"] = .integer(try require("expert_used_count"))
        config["moe_intermediate_size"] = .integer(try require("expert_feed_forward_length"))
        config["n_shared_experts"] = .integer(try int("expert_shared_count") ?? 0)
        config["n_group"] = .integer(max(1, try int("expert_group_count") ?? 1))
        config["topk_group"] = .integer(max(1, try int("expert_group_used_count") ?? 1))
        config["first_k_dense_replace"] = .integer(try int("leading_dense_block_count") ?? 0)
        config["routed_scaling_factor"] = .number(try double("expert_weights_scale") ?? 1)
        config["norm_topk_prob"] = .bool(try bool("expert_weights_norm", default: normalizes))
        return numLayers
    }
}

extension GGUFTensorNames {
    /// The names of experts of which some are shared, with a correction that balances the choice.
    static let deepSeekExperts = GGUFTensorNames.experts.with([
        "blk.{}.exp_probs_b.bias": "model.layers.{}.mlp.gate.e_score_correction_bias",
        "blk.{}.exp_probs_b": "model.layers.{}.mlp.gate.e_score_correction_bias",
        "blk.{}.ffn_gate_shexp": "model.layers.{}.mlp.shared_experts.gate_proj",
        "blk.{}.ffn_up_shexp": "model.layers.{}.mlp.shared_experts.up_proj",
        "blk.{}.ffn_down_shexp": "model.layers.{}.mlp.shared_experts.down_proj",
    ])

    /// Llama's names with latent attention.
    fileprivate static let deepSeek = GGUFTensorNames.llama.with(.deepSeekExperts).with([
        "blk.{}.attn_q_a": "model.layers.{}.self_attn.q_a_proj",
        "blk.{}.attn_q_a_norm": "model.layers.{}.self_attn.q_a_layernorm",
        "blk.{}.attn_q_b": "model.layers.{}.self_attn.q_b_proj",
        "blk.{}.attn_kv_a_mqa": "model.layers.{}.self_attn.kv_a_proj_with_mqa",
        "blk.{}.attn_kv_a_norm": "model.layers.{}.self_attn.kv_a_layernorm",
        "blk.{}.attn_kv_b": "model.layers.{}.self_attn.kv_b_proj",
        "blk.{}.attn_k_b": .experts("model.layers.{}.self_attn.k_b_proj.{}"),
        "blk.{}.attn_v_b": .experts("model.layers.{}.self_attn.v_b_proj.{}"),
    ])
}
