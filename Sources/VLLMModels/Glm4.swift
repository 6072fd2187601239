// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMLayers

extension Architecture {
    /// GLM-4-0414 (huggingface.co/zai-org/GLM-4-9B-0414): GLM-4-9B with norms behind attention and MLP too.
    static let glm4 = Architecture(names: ["Glm4ForCausalLM"], exceedsFloat16: true) {
        config, _ throws(CheckpointError) in
        var decoder = try glmLike(config)
        decoder.names.attentionOutputNorm = "model.layers.{}.post_self_attn_layernorm"
        decoder.names.mlpOutputNorm = "model.layers.{}.post_mlp_layernorm"
        return decoder
    }
}
