// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMJSON
package import VLLMTypes

/// Writes outputs as JSON: an object a sequence.
package enum GenerationRecord {
    /// The object of one sequence.
    package static func object(_ output: RequestOutput, _ sequence: CompletionOutput, index: Int)
        -> JSONObject
    {
        var object: JSONObject = ["index": .integer(index), "sequence": .integer(sequence.index)]
        object["prompt"] = output.prompt.map { .string($0) } ?? .null
        object["prompt_token_ids"] = ids(output.promptTokenIDs)
        object["text"] = .string(sequence.text)
        object["token_ids"] = ids(sequence.tokenIDs)
        object["logprobs"] = sequence.logprobs.map { .array($0.map(position)) } ?? .null
        object["cumulative_logprob"] = sequence.cumulativeLogprob.map { .number($0) } ?? .null
        if let prompt = output.promptLogprobs {
            object["prompt_logprobs"] = .array(prompt.map { $0.map(position) ?? .null })
        }
        object["finish_reason"] = sequence.finishReason.map { .string($0.rawValue) } ?? .null
        switch sequence.stopReason {
        case .token(let token): object["stop_reason"] = .integer(Int(token))
        case .string(let text): object["stop_reason"] = .string(text)
        case nil: object["stop_reason"] = .null
        }
        object["num_cached_tokens"] = .integer(output.numCachedTokens)
        return object
    }

    private static func ids(_ tokens: [Int32]) -> JSONValue { .array(tokens.map { .integer(Int($0)) }) }

    private static func position(_ position: PositionLogprobs) -> JSONValue {
        var object = token(position.chosen)
        object["top"] = .array(position.top.map { .object(token($0)) })
        return .object(object)
    }

    private static func token(_ token: TokenLogprob) -> JSONObject {
        // JSON has no infinity: a token that cannot come gets the value that vLLM's server writes.
        let logprob = token.logprob.isFinite ? Double(token.logprob) : -9999
        return [
            "token_id": .integer(Int(token.tokenID)), "logprob": .number(logprob),
            "rank": .integer(token.rank),
        ]
    }
}
