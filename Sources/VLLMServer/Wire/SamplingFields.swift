// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMEngine
import VLLMJSON
import VLLMTypes

/// Reads the sampling parameters that completions and chat share.
struct SamplingFields {
    let fields: FieldReader
    let info: ModelInfo
    let maxStopStrings: Int
    /// Every step looks at each of them.
    private static let maxBadWords = 1024

    /// The parameters, with the model's defaults where the request says nothing; the number of tokens and of
    /// log-probabilities is left to the route.
    func params() throws(APIError) -> SamplingParams {
        let defaults = info.defaultSamplingParams
        var params = defaults
        params.n = try fields.int("n") ?? 1
        params.temperature = try number("temperature") ?? defaults.temperature
        params.topP = try number("top_p") ?? defaults.topP
        params.topK = try fields.int("top_k") ?? defaults.topK
        params.minP = try number("min_p") ?? defaults.minP
        params.presencePenalty = try number("presence_penalty") ?? defaults.presencePenalty
        params.frequencyPenalty = try number("frequency_penalty") ?? defaults.frequencyPenalty
        params.repetitionPenalty = try number("repetition_penalty") ?? defaults.repetitionPenalty
        params.minTokens = try fields.int("min_tokens") ?? 0
        params.seed = try seed()
        params.stop = try stop()
        params.stopTokenIDs = try unique(fields.tokenIDs("stop_token_ids") ?? [])
        params.ignoreEOS = try fields.bool("ignore_eos") ?? false
        params.includeStopStringInOutput = try fields.bool("include_stop_str_in_output") ?? false
        params.skipSpecialTokens = try fields.bool("skip_special_tokens") ?? true
        params.logitBias = try logitBias()
        params.allowedTokenIDs = try fields.tokenIDs("allowed_token_ids")
        params.badWords = try badWords()
        params.promptLogprobs = try fields.int("prompt_logprobs")
        let plugIns = PlugInFields(fields: fields)
        params.logitsProcessors = try plugIns.logitsProcessors()
        params.sampler = try plugIns.sampler()
        params.extraArguments = try fields.finiteObject("vllm_xargs") ?? JSONObject()
        _ = try number("length_penalty")
        return params
    }

    /// Output tokens, at most: what the request says, or generation_config.json, or nothing.
    func maxTokens(_ names: [String], default fallback: Int?) throws(APIError) -> Int? {
        for name in names {
            guard let value = try fields.int(name) else { continue }
            guard value <= info.maxModelLen else {
                throw .badRequest(
                    "max_tokens=\(value) cannot be greater than max_model_len=\(info.maxModelLen). Please request fewer output tokens.",
                    parameter: name, value: String(value))
            }
            // What the model's defaults say is a bound too.
            return min(value, info.defaultMaxTokens ?? .max)
        }
        return fields.object.contains(names[0]) ? info.defaultMaxTokens : fallback
    }

    /// A number; NaN and infinities are refused by name.
    private func number(_ name: String) throws(APIError) -> Double? {
        guard let value = try fields.double(name) else { return nil }
        guard value.isFinite else {
            throw .badRequest("\(name) must be a finite number.", parameter: name, value: "\(value)")
        }
        return value
    }

    /// The seed is a 64-bit integer.
    private func seed() throws(APIError) -> Int64? {
        guard let value = fields["seed"] else { return nil }
        // A number that an integer cannot hold was rounded, down to the least integer even.
        if case .number(let number) = value, number.isFinite, number.magnitude >= 0x1p63 {
            let (type, bound) =
                number > 0
                ? ("less_than_equal", "less than or equal to \(Int64.max)")
                : ("greater_than_equal", "greater than or equal to \(Int64.min)")
            throw fields.error("seed", type, "Input should be \(bound)", value)
        }
        return try fields.int("seed").map { Int64($0) }
    }

    private func stop() throws(APIError) -> [String] {
        if case .string(let text) = fields["stop"] { return [text] }
        let stops = try fields.strings("stop") ?? []
        guard stops.count <= maxStopStrings else {
            throw .badRequest(
                "stop has \(stops.count) strings; at most \(maxStopStrings) are allowed.", parameter: "stop")
        }
        return stops
    }

    private func badWords() throws(APIError) -> [String] {
        let words = try fields.strings("bad_words") ?? []
        guard words.count <= Self.maxBadWords else {
            throw .badRequest(
                "bad_words has \(words.count) words; at most \(Self.maxBadWords) are allowed.",
                parameter: "bad_words")
        }
        return words
    }

    private func logitBias() throws(APIError) -> [Int32: Float] {
        guard let object = try fields.object("logit_bias") else { return [:] }
        var result: [Int32: Float] = [:]
        for (key, value) in object {
            guard let token = Int32(key) else {
                throw .badRequest(
                    "Token id \(key) in logit_bias is no token id; the vocabulary has \(info.vocabularySize).",
                    parameter: "logit_bias")
            }
            let bias = try FieldReader.double(value, [.key("logit_bias"), .key(key)])
            guard bias.isFinite else {
                throw .badRequest(
                    "The bias of token \(key) must be a finite number.", parameter: "logit_bias")
            }
            result[token] = Float(max(-100, min(100, bias)))
        }
        return result
    }

    private func unique(_ tokens: [Int32]) -> [Int32] {
        var seen: Set<Int32> = []
        return tokens.filter { seen.insert($0).inserted }
    }
}
