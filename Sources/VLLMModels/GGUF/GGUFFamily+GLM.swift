// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension GGUFFamily {
    /// ChatGLM 2 and 3 and GLM-4-9B, all as the last of them; some have queries, keys and values in one.
    static let chatGLM = GGUFFamily("chatglm") { model throws(CheckpointError) in
        let isMerged = model.hasLayerTensor("attn_qkv.weight")
        return GGUFTranslation(
            config: try glm(model, "GlmForCausalLM"), tensors: .glm,
            adapt: { decoder in
                if isMerged { decoder.names.queryKeyValue = .merged("model.layers.{}.self_attn.qkv_proj") }
            })
    }

    /// GLM-4-0414.
    static let glm4 = GGUFFamily("glm4") { model throws(CheckpointError) in
        GGUFTranslation(
            config: try glm(model, "Glm4ForCausalLM"),
            tensors: .glm.with([
                "blk.{}.post_attention_norm": "model.layers.{}.post_self_attn_layernorm",
                "blk.{}.post_ffw_norm": "model.layers.{}.post_mlp_layernorm",
            ]))
    }

    /// What both say.
    private static func glm(_ model: GGUFReader, _ architecture: String) throws(CheckpointError) -> JSONObject
    {
        var config = try model.config(architecture)
        if config["head_dim"] == nil {
            let heads = max(1, try model.require("attention.head_count"))
            config["head_dim"] = .integer(try model.require("embedding_length") / heads)
        }
        if model.hasLayerTensor("attn_qkv.bias") { config["attention_bias"] = true }
        return config
    }

    /// GLM-4.5, 4.5-Air and 4.6; the layers that guess further tokens are counted with the others.
    static let glm4MoE = GGUFFamily("glm4moe") { model throws(CheckpointError) in
        var config = try model.config("Glm4MoeForCausalLM")
        let numLayers = try model.addDeepSeekExperts(to: &config, normalizes: true)
        config["use_qk_norm"] = .bool(model.hasLayerTensor("attn_q_norm.weight"))
        try requireSigmoid(model)
        var tensors = GGUFTensorNames.llama.with(.deepSeekExperts).with([
            "blk.{}.post_attention_norm": "model.layers.{}.post_attention_layernorm"
        ])
        tensors.numLayers = numLayers
        return GGUFTranslation(config: config, tensors: tensors)
    }

    /// Scores of experts are sigmoids, which is 2 in these files.
    private static func requireSigmoid(_ model: GGUFReader) throws(CheckpointError) {
        let function = try model.int("expert_gating_func") ?? 2
        guard function == 2 else {
            throw model.error("expert_gating_func", "is \(function); 2, the sigmoid, is what this family has")
        }
    }
}

extension GGUFTensorNames {
    /// Llama's names with one layer for gate and up.
    fileprivate static let glm = GGUFTensorNames.llama.with([
        "blk.{}.attn_qkv": "model.layers.{}.self_attn.qkv_proj",
        "blk.{}.ffn_up": "model.layers.{}.mlp.gate_up_proj",
    ])
}
