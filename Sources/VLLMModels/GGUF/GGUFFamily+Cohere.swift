// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON

extension GGUFFamily {
    /// Command-R, R+ and Aya.
    static let commandR = GGUFFamily("command-r") { model throws(CheckpointError) in
        var config = try model.config("CohereForCausalLM")
        config["use_qk_norm"] = .bool(model.hasLayerTensor("attn_q_norm.weight"))
        config["logit_scale"] = try model.double("logit_scale").map { .number($0) }
        return GGUFTranslation(config: config, tensors: .llama)
    }

    /// Command-R7B and Command A.
    static let cohere2 = GGUFFamily("cohere2") { model throws(CheckpointError) in
        var config = try model.config("Cohere2ForCausalLM")
        config["logit_scale"] = try model.double("logit_scale").map { .number($0) }
        try model.addWindows(to: &config)
        return GGUFTranslation(config: config, tensors: .llama)
    }
}
