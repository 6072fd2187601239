// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON

extension GGUFFamily {
    /// StableLM 3B, 2 and Zephyr; the norms of the heads are one tensor.
    static let stableLM = GGUFFamily("stablelm") { model throws(CheckpointError) in
        var config = try model.config("StableLmForCausalLM")
        config["use_qkv_bias"] = .bool(model.hasLayerTensor("attn_q.bias"))
        config["qk_layernorm"] = .bool(model.hasLayerTensor("attn_q_norm.weight"))
        // The converter says true of all, whatever the model does.
        _ = try model.bool("use_parallel_residual", default: true)
        config["use_parallel_residual"] = .bool(!model.hasLayerTensor("ffn_norm.weight"))
        let attention = "model.layers.{}.self_attn"
        return GGUFTranslation(
            config: config,
            tensors: .llama.with([
                "blk.{}.attn_q_norm": .experts("\(attention).q_layernorm.norms.{}"),
                "blk.{}.attn_k_norm": .experts("\(attention).k_layernorm.norms.{}"),
            ]))
    }
}
