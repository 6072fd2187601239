// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMLayers

extension Architecture {
    /// DeepSeek-V3, V3.1 and R1 (arXiv 2412.19437): V2 with scores by sigmoid, and layers behind the last that guess
    /// tokens.
    static let deepSeekV3 = Architecture(names: ["DeepseekV3ForCausalLM"]) {
        config, _ throws(CheckpointError) in
        var decoder = try deepSeekLike(
            config, turnsPairs: try config.bool("rope_interleave", default: true))
        decoder.experts = try deepSeekExperts(config, numLayers: decoder.numLayers)
        decoder.numDraftLayers = try config.int("num_nextn_predict_layers", in: 0...64, default: 0)
        return decoder
    }
}
