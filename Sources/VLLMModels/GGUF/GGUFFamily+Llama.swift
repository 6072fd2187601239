// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension GGUFFamily {
    /// Llama, Mistral and Mixtral, whose queries and keys the converter puts in the order of Meta's own files; and
    /// InternLM2, of which it makes a Llama.
    static let llama = GGUFFamily("llama", "internlm2") { model throws(CheckpointError) in
        guard try (model.int("expert_count") ?? 0) == 0 else { return try mixtral(model) }
        let config = try model.config("LlamaForCausalLM")
        let hasOutputBias = model.hasLayerTensor("attn_output.bias")
        return GGUFTranslation(config: config, tensors: .llama) { decoder in
            Architecture.setInterleavedRotary(of: &decoder)
            if !hasOutputBias { decoder.biases.remove(.attentionOutput) }
        }
    }

    private static func mixtral(_ model: GGUFReader) throws(CheckpointError) -> GGUFTranslation {
        var config = try model.config("MixtralForCausalLM")
        config["num_local_experts"] = .integer(try model.require("expert_count"))
        config["num_experts_per_tok"] = .integer(try model.require("expert_used_count"))
        let experts = "model.layers.{}.block_sparse_moe"
        return GGUFTranslation(
            config: config,
            tensors: .llama.with([
                "blk.{}.ffn_gate_inp": .name("\(experts).gate"),
                "blk.{}.ffn_gate_exps": .experts("\(experts).experts.{}.w1"),
                "blk.{}.ffn_down_exps": .experts("\(experts).experts.{}.w2"),
                "blk.{}.ffn_up_exps": .experts("\(experts).experts.{}.w3"),
            ]),
            adapt: { Architecture.setInterleavedRotary(of: &$0) })
    }
}

extension GGUFTensorNames {
    /// The names of Llama, which many families took over.
    static let llama: GGUFTensorNames = [
        "token_embd": "model.embed_tokens",
        "output_norm": "model.norm",
        "output": "lm_head",
        "rope_freqs": .unused,
        "rope_factors_long": .unused,
        "rope_factors_short": .unused,
        "blk.{}.attn_rot_embd": .unused,
        "blk.{}.attn_norm": "model.layers.{}.input_layernorm",
        "blk.{}.attn_q": "model.layers.{}.self_attn.q_proj",
        "blk.{}.attn_k": "model.layers.{}.self_attn.k_proj",
        "blk.{}.attn_v": "model.layers.{}.self_attn.v_proj",
        "blk.{}.attn_q_norm": "model.layers.{}.self_attn.q_norm",
        "blk.{}.attn_k_norm": "model.layers.{}.self_attn.k_norm",
        "blk.{}.attn_output": "model.layers.{}.self_attn.o_proj",
        "blk.{}.ffn_norm": "model.layers.{}.post_attention_layernorm",
        "blk.{}.ffn_gate": "model.layers.{}.mlp.gate_proj",
        "blk.{}.ffn_up": "model.layers.{}.mlp.up_proj",
        "blk.{}.ffn_down": "model.layers.{}.mlp.down_proj",
    ]

    /// The names of experts that each have a gate, an up and a down projection, with a router `mlp.gate`.
    static let experts: GGUFTensorNames = [
        "blk.{}.ffn_gate_inp": "model.layers.{}.mlp.gate",
        "blk.{}.ffn_gate_exps": .experts("model.layers.{}.mlp.experts.{}.gate_proj"),
        "blk.{}.ffn_up_exps": .experts("model.layers.{}.mlp.experts.{}.up_proj"),
        "blk.{}.ffn_down_exps": .experts("model.layers.{}.mlp.experts.{}.down_proj"),
    ]
}
