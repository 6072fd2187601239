// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension Architecture {
    /// Phi-3, 3.5, 4 and 4-mini (arXiv 2404.14219, 2412.08905, 2503.01743): Llama with merged projections, and a
    /// factor for each pair of a head where the context is long.
    static let phi3 = Architecture(names: ["Phi3ForCausalLM"]) { config, _ throws(CheckpointError) in
        let config = config.withDefaults(["original_max_position_embeddings": 4096])
        try config.require("attention_bias", oneOf: [false])
        try config.require("lm_head_bias", oneOf: [false])
        // What this family once called yarn is another scaling than everybody's.
        for key in ["rope_scaling", "rope_parameters"] {
            guard let scaling = try config.nested(key) else { continue }
            for type in ["type", "rope_type"] {
                try scaling.require(type, oneOf: ["default", "longrope", "su"])
            }
        }
        var decoder = try llamaLike(config, defaultEpsilon: 1e-5)
        decoder.names.queryKeyValue = .merged("model.layers.{}.self_attn.qkv_proj")
        decoder.names.gate = nil
        decoder.names.up = "model.layers.{}.mlp.gate_up_proj"
        try setWindow(of: &decoder, config)
        return decoder
    }
}
