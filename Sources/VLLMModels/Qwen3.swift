// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// Qwen3 (arXiv 2505.09388): Llama with a norm on each head's query and key.
    static let qwen3 = Architecture(names: ["Qwen3ForCausalLM"]) { config, _ throws(CheckpointError) in
        var decoder = try qwen3Like(config)
        try setWindows(of: &decoder, config)
        return decoder
    }

    /// The choices that Qwen3 and Qwen3-MoE share.
    static func qwen3Like(_ config: ConfigReader) throws(CheckpointError) -> DecoderConfiguration {
        var decoder = try llamaLike(config)
        setQueryKeyNorm(of: &decoder)
        if try config.bool("attention_bias", default: false) {
            decoder.biases = [.queryKeyValue, .attentionOutput]
        }
        return decoder
    }

    /// A norm on each head's query and key, under the names that Qwen3 gave them.
    static func setQueryKeyNorm(of decoder: inout DecoderConfiguration, model: String = "model") {
        decoder.queryKeyNorm = .perHead(.rms)
        decoder.names.queryNorm = "\(model).layers.{}.self_attn.q_norm"
        decoder.names.keyNorm = "\(model).layers.{}.self_attn.k_norm"
    }
}
