// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMLayers

extension Architecture {
    /// Qwen2 and Qwen2.5 (arXiv 2407.10671): Llama with biases on queries, keys and values.
    static let qwen2 = Architecture(names: ["Qwen2ForCausalLM"]) { config, _ throws(CheckpointError) in
        var decoder = try llamaLike(config)
        decoder.biases = .queryKeyValue
        try setWindows(of: &decoder, config)
        return decoder
    }

    /// The layers that `layer_types` names see a window, or those from `max_window_layers` on, where
    /// `use_sliding_window` says so.
    static func setWindows(of decoder: inout DecoderConfiguration, _ config: ConfigReader)
        throws(CheckpointError)
    {
        guard try config.bool("use_sliding_window", default: false) else { return }
        let window = try config.int("sliding_window", in: 1...(1 << 24))
        let first = try config.int("max_window_layers", in: 0...4096, default: decoder.numLayers)
        let isSliding = try slidingLayers(config, numLayers: decoder.numLayers) { $0 >= first }
        decoder.windows = isSliding.map { $0 ? window : 0 }
    }
}
