// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension Architecture {
    /// GLM-4-9B (arXiv 2406.12793) as transformers names it: Llama with half of each head turned in neighbouring pairs,
    /// and one layer for gate and up.
    static let glm = Architecture(names: ["GlmForCausalLM"]) { config, _ throws(CheckpointError) in
        try glmLike(config)
    }

    /// The choices that GLM-4-9B and GLM-4-0414 share.
    static func glmLike(_ config: ConfigReader) throws(CheckpointError) -> DecoderConfiguration {
        let config = config.withDefaults(["head_dim": 128, "num_key_value_heads": 2])
        var decoder = try llamaLike(config, defaultEpsilon: 1.5625e-7, defaultRotaryShare: 0.5)
        setInterleavedRotary(of: &decoder)
        if try config.bool("attention_bias", default: true) { decoder.biases = .queryKeyValue }
        decoder.names.gate = nil
        decoder.names.up = "model.layers.{}.mlp.gate_up_proj"
        return decoder
    }

    /// Neighbouring elements of a head are turned, not those of its halves.
    static func setInterleavedRotary(of decoder: inout DecoderConfiguration) {
        guard case .rotary(var rotary) = decoder.positions else { return }
        rotary.style = .interleaved
        decoder.positions = .rotary(rotary)
    }
}
