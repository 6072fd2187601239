// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension GGUFFamily {
    /// GPT-NeoX 20B and Pythia. The converter sorts the rows so that all queries come first, then all keys.
    static let gptNeoX = GGUFFamily("gptneox") { model throws(CheckpointError) in
        var config = try model.config("GPTNeoXForCausalLM")
        config["attention_bias"] = .bool(model.hasLayerTensor("attn_qkv.bias"))
        config["use_parallel_residual"] = .bool(try model.bool("use_parallel_residual", default: true))
        // What the files do not say is all of a head.
        config["rotary_pct"] = 1
        let layer = "gpt_neox.layers.{}"
        return GGUFTranslation(
            config: config,
            tensors: [
                "token_embd": "gpt_neox.embed_in",
                "output_norm": "gpt_neox.final_layer_norm",
                "output": "embed_out",
                "blk.{}.attn_norm": .name("\(layer).input_layernorm"),
                "blk.{}.attn_qkv": .name("\(layer).attention.query_key_value"),
                "blk.{}.attn_output": .name("\(layer).attention.dense"),
                "blk.{}.ffn_norm": .name("\(layer).post_attention_layernorm"),
                "blk.{}.ffn_up": .name("\(layer).mlp.dense_h_to_4h"),
                "blk.{}.ffn_down": .name("\(layer).mlp.dense_4h_to_h"),
            ],
            adapt: { $0.names.queryKeyValue = .merged("\(layer).attention.query_key_value") })
    }
}
