// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// The index of sharded weights, `model.safetensors.index.json` or `pytorch_model.bin.index.json`.
enum WeightIndex {
    /// The files that an index names; nil where it is not one.
    static func shards(in bytes: [UInt8]?) -> Set<String>? {
        guard let bytes, let value = try? JSONParser.parse(bytes), let map = value["weight_map"]?.objectValue
        else {
            return nil
        }
        var shards: Set<String> = []
        for (_, value) in map {
            guard let name = value.stringValue else { return nil }
            shards.insert(name)
        }
        return shards.isEmpty ? nil : shards
    }
}
