// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON

extension GGUFFamily {
    /// Granite 3, whose queries and keys are sorted as Llama's are.
    static let granite = GGUFFamily("granite") { model throws(CheckpointError) in
        var config = try model.config("GraniteForCausalLM")
        for (key, name) in [
            ("attention_multiplier", "attention.scale"), ("embedding_multiplier", "embedding_scale"),
            ("residual_multiplier", "residual_scale"), ("logits_scaling", "logit_scale"),
        ] {
            config[key] = try model.double(name).map { .number($0) }
        }
        return GGUFTranslation(
            config: config, tensors: .llama,
            adapt: { Architecture.setInterleavedRotary(of: &$0) })
    }
}
