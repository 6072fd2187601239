// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension GGUFFamily {
    /// Baichuan and Baichuan 2, whose layer for queries, keys and values the converter cuts in three and sorts as Llama's.
    static let baichuan = GGUFFamily("baichuan") { model throws(CheckpointError) in
        var config = try model.config("BaichuanForCausalLM")
        // Of the 13B's ALiBi the converter says nothing: 40 layers are all that tells it.
        let slope = try model.double("attention.max_alibi_bias") ?? 0
        let numLayers = try model.require("block_count")
        if slope > 0 || numLayers == 40 {
            config["model_max_length"] = config["max_position_embeddings"]
            config["max_position_embeddings"] = nil
        }
        let attention = "model.layers.{}.self_attn"
        return GGUFTranslation(config: config, tensors: .llama) { decoder in
            Architecture.setInterleavedRotary(of: &decoder)
            decoder.names.queryKeyValue = .separate(
                query: "\(attention).q_proj", key: "\(attention).k_proj", value: "\(attention).v_proj")
        }
    }
}
