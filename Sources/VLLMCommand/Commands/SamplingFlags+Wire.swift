// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

extension SamplingFlags {
    /// The flags that were given, as fields of a request to a server.
    func wireFields(seed: Int64?) throws(UsageError) -> JSONObject {
        var fields = JSONObject()
        func put(_ name: String, _ value: Double?) { if let value { fields[name] = .number(value) } }
        func put(_ name: String, _ value: Int?) { if let value { fields[name] = .integer(value) } }
        put("temperature", temperature)
        put("top_p", topP)
        put("top_k", topK)
        put("min_p", minP)
        put("max_completion_tokens", maxTokens)
        put("min_tokens", minTokens)
        put("presence_penalty", presencePenalty)
        put("frequency_penalty", frequencyPenalty)
        put("repetition_penalty", repetitionPenalty)
        put("seed", seed.map { Int($0) })
        if !stop.isEmpty { fields["stop"] = .array(stop.map { .string($0) }) }
        if let stopTokenIds {
            let ids = try TokenIDList.parse(stopTokenIds, flag: "--stop-token-ids")
            fields["stop_token_ids"] = .array(ids.map { .integer(Int($0)) })
        }
        if ignoreEos { fields["ignore_eos"] = true }
        if !skipSpecialTokens { fields["skip_special_tokens"] = false }
        return fields
    }
}
