// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// The tokens that a request took.
struct Usage {
    var promptTokens = 0
    var completionTokens = 0
    /// Prompt tokens from the prefix cache; nil where that is not told.
    var cachedTokens: Int?

    /// The usage as it goes over the wire; without nulls in streams.
    func json(omitsNulls: Bool) -> JSONValue {
        var object: JSONObject = [
            "prompt_tokens": .integer(promptTokens),
            "total_tokens": .integer(promptTokens + completionTokens),
            "completion_tokens": .integer(completionTokens),
        ]
        if let cachedTokens {
            object["prompt_tokens_details"] = ["cached_tokens": .integer(cachedTokens)]
        } else if !omitsNulls {
            object["prompt_tokens_details"] = .null
        }
        return .object(object)
    }
}
