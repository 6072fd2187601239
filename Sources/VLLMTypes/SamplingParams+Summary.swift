// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension SamplingParams {
    /// What differs from the standard values, by the names of vLLM's fields, for the log.
    package var summary: String {
        let standard = SamplingParams()
        var entries: [String] = []
        func add<Value: Equatable>(_ name: String, _ value: Value, _ standard: Value, _ text: String) {
            if value != standard { entries.append("\(name)=\(text)") }
        }
        add("n", n, standard.n, "\(n)")
        add("temperature", temperature, standard.temperature, "\(temperature)")
        add("top_k", topK, standard.topK, "\(topK)")
        add("top_p", topP, standard.topP, "\(topP)")
        add("min_p", minP, standard.minP, "\(minP)")
        add("presence_penalty", presencePenalty, standard.presencePenalty, "\(presencePenalty)")
        add("frequency_penalty", frequencyPenalty, standard.frequencyPenalty, "\(frequencyPenalty)")
        add("repetition_penalty", repetitionPenalty, standard.repetitionPenalty, "\(repetitionPenalty)")
        add("logit_bias", logitBias.count, 0, "\(logitBias.count) tokens")
        add("allowed_token_ids", allowedTokenIDs?.count, nil, "\(allowedTokenIDs?.count ?? 0) tokens")
        add("bad_words", badWords.count, 0, "\(badWords.count) words")
        add("stop", stop, [], "\(stop)")
        add("stop_token_ids", stopTokenIDs, [], "\(stopTokenIDs)")
        add("ignore_eos", ignoreEOS, false, "\(ignoreEOS)")
        add("min_tokens", minTokens, 0, "\(minTokens)")
        if let maxTokens { entries.append("max_tokens=\(maxTokens)") }
        if let seed { entries.append("seed=\(seed)") }
        if let logprobs { entries.append("logprobs=\(logprobs)") }
        if let promptLogprobs { entries.append("prompt_logprobs=\(promptLogprobs)") }
        return "SamplingParams(\(entries.joined(separator: ", ")))"
    }
}
