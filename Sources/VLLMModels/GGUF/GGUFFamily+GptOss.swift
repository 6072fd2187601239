// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension GGUFFamily {
    /// GPT-OSS, whose alternating gates and ups the converter puts in a tensor each.
    static let gptOss = GGUFFamily("gpt-oss") { model throws(CheckpointError) in
        // 3 is the softmax over the chosen experts.
        guard [0, 3].contains(try model.int("expert_gating_func") ?? 3) else {
            throw model.error("expert_gating_func", "should be 3 for this architecture")
        }
        var config = try model.config("GptOssForCausalLM")
        config["num_local_experts"] = .integer(try model.require("expert_count"))
        config["num_experts_per_tok"] = .integer(try model.require("expert_used_count"))
        config["intermediate_size"] = .integer(try model.require("expert_feed_forward_length"))
        if var scaling = config["rope_scaling"]?.objectValue {
            // What the files do not say, and all of OpenAI's have.
            scaling["truncate"] = false
            config["rope_scaling"] = .object(scaling)
        }
        let attention = "model.layers.{}.self_attn"
        let mlp = "model.layers.{}.mlp"
        return GGUFTranslation(
            config: config,
            tensors: .llama.with(.experts).with([
                "blk.{}.attn_sinks.weight": .name("\(attention).sinks"),
                "blk.{}.post_attention_norm": "model.layers.{}.post_attention_layernorm",
                "blk.{}.ffn_gate_inp": .name("\(mlp).router"),
            ])
        ) { decoder in
            let expert = "\(mlp).experts.{}"
            decoder.experts?.names.weights = .separate(
                gate: "\(expert).gate_proj", up: "\(expert).up_proj", down: "\(expert).down_proj",
                hasBias: true)
        }
    }
}
