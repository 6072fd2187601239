// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

extension Checkpoint {
    /// Replaces members of config.json by those of a JSON object; nil replaces none.
    ///
    /// As in vLLM, an object takes the place of the one that was there, but for a configuration of its own inside, such
    /// as `text_config`, whose members are replaced one by one. Null takes a member away.
    package mutating func override(_ text: String?) throws(CheckpointError) {
        guard let text else { return }
        do throws(JSONObjectError) {
            overrides = try JSONParser.object(text)
        } catch {
            throw CheckpointError("--hf-overrides", "\(error).")
        }
        originalConfig = config
        config = Self.merged(config, overrides)
    }

    /// What replaces members, as JSON with sorted keys on one line.
    package var overridesText: String {
        var style = JSONStyle.compact
        style.sortsKeys = true
        return JSONWriter(style: style).string(.object(overrides))
    }

    private static func merged(_ config: JSONObject, _ overrides: JSONObject) -> JSONObject {
        var config = config
        for (key, value) in overrides {
            if key.hasSuffix("_config"), key != "quantization_config", let inner = config[key]?.objectValue,
                let replaced = value.objectValue
            {
                config[key] = .object(merged(inner, replaced))
            } else {
                config[key] = value
            }
        }
        return config
    }
}
