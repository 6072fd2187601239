// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON

extension GGUFFamily {
    /// OLMoE. Files do not say whether the weights of a token's experts are normalized; those of the published models are
    /// not.
    static let olmoE = GGUFFamily("olmoe") { model throws(CheckpointError) in
        var config = try model.config("OlmoeForCausalLM")
        config["num_experts"] = .integer(try model.require("expert_count"))
        config["num_experts_per_tok"] = .integer(try model.require("expert_used_count"))
        config["norm_topk_prob"] = .bool(try model.bool("expert_weights_norm", default: false))
        config["clip_qkv"] = try model.double("attention.clamp_kqv").map { .number($0) }
        return GGUFTranslation(config: config, tensors: .llama.with(.experts))
    }
}
