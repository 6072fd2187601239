// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMTypes

/// What a checkpoint says about sampling and about the end of a text.
struct GenerationDefaults: Sendable {
    var params = SamplingParams()
    var maxTokens: Int?
    var eosTokenIDs: [Int32] = []

    /// Reads generation_config.json and config.json.
    init(_ checkpoint: Checkpoint, usesSampling: Bool) throws(CheckpointError) {
        let object =
            try checkpoint.source.object("generation_config.json", sizeLimit: 1 << 20) ?? JSONObject()
        let config = ConfigReader(object, file: checkpoint.source.path(of: "generation_config.json"))
        for source in [object, checkpoint.config] {
            for token in Self.tokenIDs(source["eos_token_id"]) where !eosTokenIDs.contains(token) {
                eosTokenIDs.append(token)
            }
        }
        guard usesSampling else { return }
        params.temperature = try config.double("temperature", default: params.temperature)
        params.topP = try config.double("top_p", default: params.topP)
        params.topK = try config.int("top_k", in: -1...(1 << 24), default: params.topK)
        params.minP = try config.double("min_p", default: params.minP)
        params.repetitionPenalty = try config.double("repetition_penalty", default: params.repetitionPenalty)
        if object["max_new_tokens"]?.intValue != nil {
            maxTokens = try config.int("max_new_tokens", in: 1...(1 << 30))
        }
    }

    /// An id, or a list of ids.
    private static func tokenIDs(_ value: JSONValue?) -> [Int32] {
        let values = value?.arrayValue ?? value.map { [$0] } ?? []
        return values.compactMap { $0.intValue.flatMap(Int32.init(exactly:)) }.filter { $0 >= 0 }
    }
}
