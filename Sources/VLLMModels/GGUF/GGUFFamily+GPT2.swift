// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension GGUFFamily {
    /// GPT-2, whose own checkpoints have the transposes of the linear layers.
    static let gpt2 = GGUFFamily("gpt2") { model throws(CheckpointError) in
        GGUFTranslation(
            config: try model.config("GPT2LMHeadModel").inNamesOfGPT2, tensors: .gpt2,
            adapt: { $0.names.isTransposed = false })
    }
}

extension GGUFTensorNames {
    /// The names of GPT-2, most of which GPT-J and Qwen have too.
    static let gpt2: GGUFTensorNames = [
        "token_embd": "transformer.wte",
        "position_embd": "transformer.wpe",
        "output_norm": "transformer.ln_f",
        "output": "lm_head",
        "blk.{}.attn_norm": "transformer.h.{}.ln_1",
        "blk.{}.attn_qkv": "transformer.h.{}.attn.c_attn",
        "blk.{}.attn_output": "transformer.h.{}.attn.c_proj",
        "blk.{}.ffn_norm": "transformer.h.{}.ln_2",
        "blk.{}.ffn_up": "transformer.h.{}.mlp.c_fc",
        "blk.{}.ffn_down": "transformer.h.{}.mlp.c_proj",
    ]
}

extension JSONObject {
    /// The same under the keys of GPT-2's config.json, which GPT-J's has too.
    var inNamesOfGPT2: JSONObject {
        var config = self
        for (key, common) in [
            ("n_embd", "hidden_size"), ("n_layer", "num_hidden_layers"), ("n_head", "num_attention_heads"),
            ("n_positions", "max_position_embeddings"), ("n_inner", "intermediate_size"),
            ("layer_norm_epsilon", "layer_norm_eps"),
        ] {
            config[key] = config[common]
            config[common] = nil
        }
        return config
    }
}
