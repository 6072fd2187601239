// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// OLMo 2 (arXiv 2501.00656): Llama with norms behind attention and MLP instead of before them, and norms over all
    /// queries and all keys of a token.
    static let olmo2 = Architecture(names: ["Olmo2ForCausalLM"]) { config, _ throws(CheckpointError) in
        try config.require("clip_qkv", oneOf: [])
        var decoder = try llamaLike(config, defaultEpsilon: 1e-5)
        try setBiases(of: &decoder, config)
        setQueryKeyNorm(of: &decoder)
        decoder.queryKeyNorm = .wholeWidth(.rms)
        decoder.names.attentionNorm = nil
        decoder.names.attentionOutputNorm = "model.layers.{}.post_attention_layernorm"
        decoder.names.mlpNorm = nil
        decoder.names.mlpOutputNorm = "model.layers.{}.post_feedforward_layernorm"
        return decoder
    }
}
