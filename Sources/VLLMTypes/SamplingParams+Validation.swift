// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension SamplingParams {
    /// Throws for the first value outside its documented range.
    ///
    /// Ranges that depend on the model (vocabulary, length) are checked where the model is known.
    public func validate(maxLogprobs: Int = 20) throws(RequestError) {
        try validateCounts(maxLogprobs: maxLogprobs)
        try Self.check(presencePenalty, in: -2...2, "presence_penalty")
        try Self.check(frequencyPenalty, in: -2...2, "frequency_penalty")
        guard repetitionPenalty.isFinite, repetitionPenalty > 0 else {
            throw RequestError(
                "repetition_penalty",
                "repetition_penalty must be finite and greater than zero, got \(repetitionPenalty).")
        }
        try Self.check(temperature, in: 0...2, "temperature")
        guard topP > 0, topP <= 1 else {
            throw RequestError("top_p", "top_p must be in (0, 1], got \(topP).")
        }
        guard topK >= -1 else {
            throw RequestError("top_k", "top_k must be 0 (disable), or at least 1, got \(topK).")
        }
        try Self.check(minP, in: 0...1, "min_p")
        guard !stop.contains("") else {
            throw RequestError("stop", "stop cannot contain an empty string.")
        }
        guard stop.isEmpty || detokenize else {
            throw RequestError("stop", "stop strings are only supported when detokenize is True.")
        }
        guard !badWords.contains("") else {
            throw RequestError("bad_words", "bad_words cannot contain an empty string.")
        }
        guard allowedTokenIDs?.isEmpty != true else {
            throw RequestError("allowed_token_ids", "allowed_token_ids is not None and empty!")
        }
        for (token, bias) in logitBias where !bias.isFinite {
            throw RequestError("logit_bias", "logit_bias of token \(token) must be a finite number.")
        }
    }

    private func validateCounts(maxLogprobs: Int) throws(RequestError) {
        guard (1...16384).contains(n) else {
            throw RequestError("n", "n must be in [1, 16384], got \(n).")
        }
        guard n == 1 || !isGreedy else {
            throw RequestError("n", "n must be 1 when using greedy sampling, got \(n).")
        }
        if let maxTokens, maxTokens < 1 {
            throw RequestError("max_tokens", "max_tokens must be at least 1, got \(maxTokens).")
        }
        guard minTokens >= 0 else {
            throw RequestError(
                "min_tokens", "min_tokens must be greater than or equal to 0, got \(minTokens).")
        }
        if let maxTokens, minTokens > maxTokens {
            throw RequestError(
                "min_tokens",
                "min_tokens must be less than or equal to max_tokens=\(maxTokens), got \(minTokens).")
        }
        try Self.checkLogprobs(logprobs, "logprobs", max: maxLogprobs)
        try Self.checkLogprobs(promptLogprobs, "prompt_logprobs", max: maxLogprobs)
    }

    private static func checkLogprobs(_ value: Int?, _ name: String, max: Int) throws(RequestError) {
        guard let value else { return }
        guard value >= -1 else {
            throw RequestError(name, "\(name) must be non-negative or -1, got \(value).")
        }
        guard max == -1 || (value >= 0 && value <= max) else {
            throw RequestError(
                name, "Requested \(name) of \(value), which is greater than max allowed: \(max)")
        }
    }

    private static func check(_ value: Double, in range: ClosedRange<Double>, _ name: String)
        throws(RequestError)
    {
        guard range.contains(value) else {
            throw RequestError(
                name, "\(name) must be in [\(Int(range.lowerBound)), \(Int(range.upperBound))], got \(value)."
            )
        }
    }
}
