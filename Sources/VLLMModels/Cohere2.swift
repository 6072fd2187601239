// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension Architecture {
    /// Command-R7B and Command A (arXiv 2504.00698): Command-R with a window and turned heads in three of four layers,
    /// and neither in the fourth.
    static let cohere2 = Architecture(names: ["Cohere2ForCausalLM"]) { config, _ throws(CheckpointError) in
        try config.require("rotary_pct", oneOf: [1, 1.0])
        try config.require("position_embedding_type", oneOf: ["rope_gptj"])
        for key in ["use_gated_activation", "use_parallel_block", "use_embedding_sharing"] {
            try config.require(key, oneOf: [true])
        }
        try config.require("use_qk_norm", oneOf: [false])
        try config.require("order_of_interleaved_layers", oneOf: ["local_attn_first"])
        let config = config.withDefaults(["sliding_window": 4096])
        var decoder = try cohereLike(config)
        try setAlternatingWindows(of: &decoder, config, defaultPattern: 4)
        decoder.layerPositions = decoder.windows.map { $0 > 0 ? decoder.positions : .none }
        return decoder
    }
}
