// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension Architecture {
    /// Qwen3-30B-A3B, Qwen3-235B-A22B, Qwen3-Coder (arXiv 2505.09388): Qwen3 with experts.
    static let qwen3MoE = Architecture(names: ["Qwen3MoeForCausalLM"]) {
        config, checkpoint throws(CheckpointError) in
        try config.require("use_sliding_window", oneOf: [false])
        var decoder = try qwen3Like(config)
        decoder.experts = try qwenExperts(config, checkpoint, numLayers: decoder.numLayers)
        return decoder
    }
}
