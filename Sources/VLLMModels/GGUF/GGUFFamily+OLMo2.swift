// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON

extension GGUFFamily {
    /// OLMo 2; the same name stands for OLMo 3, which has windows.
    static let olmo2 = GGUFFamily("olmo2") { model throws(CheckpointError) in
        try model.refuseWindow()
        return GGUFTranslation(
            config: try model.config("Olmo2ForCausalLM"),
            tensors: .llama.with([
                "blk.{}.post_attention_norm": "model.layers.{}.post_attention_layernorm",
                "blk.{}.post_ffw_norm": "model.layers.{}.post_feedforward_layernorm",
            ]))
    }
}
