// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

/// InternLM (github.com/InternLM/InternLM) and InternLM3 are Llama; these keys of theirs have other names.
extension Architecture {
    /// The base and the scaling of `rotary`, under Llama's keys.
    static func withInternLMRotary(_ config: ConfigReader) throws(CheckpointError) -> ConfigReader {
        guard config.object["rotary"]?.objectValue != nil, let rotary = try config.nested("rotary") else {
            return config
        }
        var defaults: JSONObject = ["rope_theta": .number(try rotary.double("base", default: 10_000))]
        switch try rotary.string("type") ?? "origin" {
        case "origin": break
        case "dynamic":
            defaults["rope_scaling"] = [
                "rope_type": "dynamic", "factor": .number(try rotary.double("scaling_factor", default: 1)),
            ]
        case let type: throw rotary.error("type", "'\(type)' is not supported; origin and dynamic are")
        }
        return config.withDefaults(defaults)
    }

    /// Biases of attention where `bias` asks for them; `qkv_bias` has the last word on those of queries, keys and values.
    static func setInternLMBiases(
        of decoder: inout DecoderConfiguration, _ config: ConfigReader
    ) throws(CheckpointError) {
        let hasBias = try config.bool("bias", default: false)
        if hasBias { decoder.biases.insert(.attentionOutput) }
        if try config.bool("qkv_bias", default: hasBias) { decoder.biases.insert(.queryKeyValue) }
    }
}
