// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON

extension GGUFFamily {
    /// StarCoder2.
    static let starCoder2 = GGUFFamily("starcoder2") { model throws(CheckpointError) in
        var config = try model.config("Starcoder2ForCausalLM")
        config["norm_epsilon"] = config["layer_norm_eps"]
        config["use_bias"] = .bool(model.hasLayerTensor("attn_q.bias"))
        return GGUFTranslation(
            config: config,
            tensors: .llama.with([
                "blk.{}.ffn_up": "model.layers.{}.mlp.c_fc",
                "blk.{}.ffn_down": "model.layers.{}.mlp.c_proj",
            ]))
    }
}
