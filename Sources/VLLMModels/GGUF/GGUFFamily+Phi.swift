// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension GGUFFamily {
    /// Phi-1, phi-1.5 and phi-2; older files have queries, keys and values in one.
    static let phi2 = GGUFFamily("phi2") { model throws(CheckpointError) in
        let layer = "model.layers.{}"
        let isMerged = model.hasLayerTensor("attn_qkv.weight")
        return GGUFTranslation(
            config: try model.config("PhiForCausalLM"),
            tensors: .llama.with([
                "output_norm": "model.final_layernorm",
                "blk.{}.attn_qkv": .name("\(layer).self_attn.qkv_proj"),
                "blk.{}.attn_output": .name("\(layer).self_attn.dense"),
                "blk.{}.ffn_up": .name("\(layer).mlp.fc1"),
                "blk.{}.ffn_down": .name("\(layer).mlp.fc2"),
            ]),
            adapt: { decoder in
                if isMerged { decoder.names.queryKeyValue = .merged("\(layer).self_attn.qkv_proj") }
            })
    }

    /// Phi-3, 3.5, 4 and 4-mini.
    static let phi3 = GGUFFamily("phi3") { model throws(CheckpointError) in
        var config = try model.config("Phi3ForCausalLM")
        config["original_max_position_embeddings"] =
            try model.int("rope.scaling.original_context_length").map { .integer($0) }
        return GGUFTranslation(
            config: config,
            tensors: .llama.with([
                "blk.{}.attn_qkv": "model.layers.{}.self_attn.qkv_proj",
                "blk.{}.ffn_up": "model.layers.{}.mlp.gate_up_proj",
            ]))
    }
}
