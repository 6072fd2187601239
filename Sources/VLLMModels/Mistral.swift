// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension Architecture {
    /// Mistral 7B (arXiv 2310.06825), Nemo and Small: Llama with a window over the context.
    static let mistral = Architecture(names: ["MistralForCausalLM"]) { config, _ throws(CheckpointError) in
        let config = config.withDefaults(["num_key_value_heads": 8, "sliding_window": 4096])
        var decoder = try llamaLike(config)
        try setWindow(of: &decoder, config)
        return decoder
    }
}
