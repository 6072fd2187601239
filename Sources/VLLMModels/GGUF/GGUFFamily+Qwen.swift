// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON

extension GGUFFamily {
    /// Qwen, the first. The files say only the longest length, not that of training: behind that one the logarithmic
    /// factor and the dynamic base are left out.
    static let qwen = GGUFFamily("qwen") { model throws(CheckpointError) in
        var config = try model.config("QWenLMHeadModel")
        config["layer_norm_epsilon"] = config["rms_norm_eps"]
        return GGUFTranslation(
            config: config,
            tensors: .gpt2.with([
                "blk.{}.ffn_gate": "transformer.h.{}.mlp.w2",
                "blk.{}.ffn_up": "transformer.h.{}.mlp.w1",
            ]))
    }

    /// Qwen2 and Qwen2.5.
    static let qwen2 = GGUFFamily("qwen2") { model throws(CheckpointError) in
        GGUFTranslation(config: try model.config("Qwen2ForCausalLM"), tensors: .llama)
    }

    /// Qwen3.
    static let qwen3 = GGUFFamily("qwen3") { model throws(CheckpointError) in
        GGUFTranslation(config: try model.config("Qwen3ForCausalLM"), tensors: .llama)
    }

    /// Qwen1.5-MoE and Qwen2-57B-A14B; older files do not say how wide the experts are.
    static let qwen2MoE = GGUFFamily("qwen2moe") { model throws(CheckpointError) in
        var config = try experts(model, try model.config("Qwen2MoeForCausalLM"), normalizes: false)
        let named = try model.int("expert_shared_feed_forward_length")
        config["shared_expert_intermediate_size"] =
            (named ?? model.shape("blk.0.ffn_up_shexp.weight")?.first).map { .integer($0) }
        config["qkv_bias"] = .bool(model.hasLayerTensor("attn_q.bias"))
        let mlp = "model.layers.{}.mlp"
        return GGUFTranslation(
            config: config,
            tensors: .llama.with(.experts).with([
                "blk.{}.ffn_gate_inp_shexp": .row("\(mlp).shared_expert_gate"),
                "blk.{}.ffn_gate_shexp": .name("\(mlp).shared_expert.gate_proj"),
                "blk.{}.ffn_up_shexp": .name("\(mlp).shared_expert.up_proj"),
                "blk.{}.ffn_down_shexp": .name("\(mlp).shared_expert.down_proj"),
            ]))
    }

    /// Qwen3-30B-A3B, Qwen3-235B-A22B, Qwen3-Coder.
    static let qwen3MoE = GGUFFamily("qwen3moe") { model throws(CheckpointError) in
        GGUFTranslation(
            config: try experts(model, try model.config("Qwen3MoeForCausalLM"), normalizes: true),
            tensors: .llama.with(.experts))
    }

    /// The keys of Qwen's experts.
    private static func experts(
        _ model: GGUFReader, _ config: JSONObject, normalizes: Bool
    ) throws(CheckpointError) -> JSONObject {
        var config = config
        config["num_experts"] = .integer(try model.require("expert_count"))
        config["num_experts_per_tok"] = .integer(try model.require("expert_used_count"))
        let shape = model.shape("blk.0.ffn_up_exps.weight") ?? []
        let size = try model.int("expert_feed_forward_length") ?? (shape.count == 3 ? shape[1] : nil)
        config["moe_intermediate_size"] = size.map { .integer($0) }
        config["norm_topk_prob"] = .bool(try model.bool("expert_weights_norm", default: normalizes))
        let numLayers = try model.require("block_count")
        guard numLayers <= 4096 else { throw model.error("block_count", "is \(numLayers), more than 4096") }
        config["mlp_only_layers"] = .array(
            (0..<numLayers).filter { !model.hasTensor("blk.\($0).ffn_gate_inp.weight") }.map { .integer($0) })
        return config
    }
}
