// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// GLM-4.5, 4.5-Air and 4.6 (arXiv 2508.06471): Llama with half of each head turned, and DeepSeek-V3's experts
    /// behind some dense layers.
    static let glm4MoE = Architecture(names: ["Glm4MoeForCausalLM"]) { config, _ throws(CheckpointError) in
        var decoder = try llamaLike(config, defaultEpsilon: 1e-5, defaultRotaryShare: 0.5)
        if try config.bool("attention_bias", default: false) { decoder.biases = .queryKeyValue }
        if try config.bool("use_qk_norm", default: false) { setQueryKeyNorm(of: &decoder) }
        decoder.experts = try deepSeekExperts(config, numLayers: decoder.numLayers)
        decoder.numDraftLayers = try config.int("num_nextn_predict_layers", in: 0...64, default: 0)
        return decoder
    }
}
