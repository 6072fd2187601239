// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension Architecture {
    /// Granite 3 (github.com/ibm-granite/granite-3.0-language-models): Llama with scaled embeddings, branches, scores and
    /// logits.
    static let granite = Architecture(names: ["GraniteForCausalLM"]) { config, _ throws(CheckpointError) in
        var decoder = try llamaLike(config)
        try setBiases(of: &decoder, config)
        decoder.embeddingScale = Float(try config.double("embedding_multiplier", default: 1))
        decoder.residualScale = Float(try config.double("residual_multiplier", default: 1))
        decoder.attentionScale = Float(try config.double("attention_multiplier", default: 1))
        let divisor = try config.double("logits_scaling", default: 1)
        guard divisor > 0 else {
            throw config.error("logits_scaling", "should be greater than zero, is \(divisor)")
        }
        decoder.logitScale = Float(1 / divisor)
        return decoder
    }
}
