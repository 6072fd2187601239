// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension GGUFFamily {
    /// Falcon 7B, 40B, 180B and Falcon 2, all as those with groups of heads; the converter sorts the rows so that all
    /// queries come first, and writes no Falcon-RW.
    static let falcon = GGUFFamily("falcon") { model throws(CheckpointError) in
        var config = try model.config("FalconForCausalLM")
        let hasTwoNorms = model.hasLayerTensor("attn_norm_2.weight")
        config["new_decoder_architecture"] = true
        config["num_kv_heads"] = config["num_key_value_heads"]
        config["num_ln_in_parallel_attn"] = hasTwoNorms ? 2 : 1
        config["layer_norm_epsilon"] = config["layer_norm_eps"]
        // The converter writes four times the hidden size, whatever it is.
        config["ffn_hidden_size"] =
            model.shape("blk.0.ffn_up.weight")?.first.map { .integer($0) } ?? config["intermediate_size"]
        let layer = "transformer.h.{}"
        return GGUFTranslation(
            config: config,
            tensors: [
                "token_embd": "transformer.word_embeddings",
                "output_norm": "transformer.ln_f",
                "output": "lm_head",
                "blk.{}.attn_norm": .name("\(layer).\(hasTwoNorms ? "ln_mlp" : "input_layernorm")"),
                "blk.{}.attn_norm_2": .name("\(layer).ln_attn"),
                "blk.{}.attn_qkv": .name("\(layer).self_attention.query_key_value"),
                "blk.{}.attn_output": .name("\(layer).self_attention.dense"),
                "blk.{}.ffn_up": .name("\(layer).mlp.dense_h_to_4h"),
                "blk.{}.ffn_down": .name("\(layer).mlp.dense_4h_to_h"),
            ],
            adapt: { $0.names.queryKeyValue = .merged("\(layer).self_attention.query_key_value") })
    }
}
