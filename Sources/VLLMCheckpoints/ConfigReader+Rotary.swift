// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

extension ConfigReader {
    /// Refuses what an object of rotary positions says besides what its type of scaling reads, unless that is known to
    /// change nothing.
    func checkRotary() throws(CheckpointError) {
        for (key, value) in object where !value.isNull {
            if hasRead(key) {
                // Kinds of layers have objects of their own.
                if value.objectValue != nil { try nested(key)?.checkRotary() }
                continue
            }
            guard !Self.isHarmless(key, value) else { continue }
            let type = object["rope_type"]?.stringValue ?? object["type"]?.stringValue ?? "default"
            throw error(
                key,
                "is \(Self.show(value)), which rotary positions of the type '\(type)' do not read here, though it may change what the model computes"
            )
        }
    }

    private static func isHarmless(_ key: String, _ value: JSONValue) -> Bool {
        switch key {
        // Some types need the trained length, many files tell it; and how the first YaRN checkpoints were made.
        case "original_max_position_embeddings", "finetuned": true
        case "factor", "attention_factor", "attn_factor", "extrapolation_factor": value.doubleValue == 1
        case "apply_yarn_scaling": value.boolValue == true
        default: false
        }
    }
}
