// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

extension GGUFModel {
    /// The keys of sampling, and their names in generation_config.json.
    private static let samplingNames = [
        ("general.sampling.temp", "temperature"), ("general.sampling.top_k", "top_k"),
        ("general.sampling.top_p", "top_p"), ("general.sampling.min_p", "min_p"),
        ("general.sampling.penalty_repeat", "repetition_penalty"),
    ]

    /// What a file beside a checkpoint's weights would say: of generation_config.json what the metadata has, of others
    /// nothing.
    func object(_ file: String) -> JSONObject? {
        guard file == "generation_config.json" else { return nil }
        return JSONObject(
            Self.samplingNames.compactMap { key, name in metadata.values[key].map { (name, $0) } })
    }

    /// Chat templates by name; the one that is used unless another is asked for is called "default".
    package var chatTemplates: [String: String] {
        let key = "tokenizer.chat_template"
        var templates: [String: String] = [:]
        for (name, value) in metadata.values where name == key || name.hasPrefix("\(key).") {
            guard let text = value.stringValue else { continue }
            templates[name == key ? "default" : String(name.dropFirst(key.count + 1))] = text
        }
        return templates
    }
}
