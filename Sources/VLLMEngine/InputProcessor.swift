// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMExecution
import VLLMTokenizers
import VLLMTypes

/// A request that the engine can take: tokens, resolved parameters, what the front end needs to make text.
struct ProcessedRequest: Sendable {
    var id: String
    /// The prompt where it was text.
    var prompt: String?
    var promptTokenIDs: [Int32]
    var params: SamplingParams
    var arrival: ContinuousClock.Instant

    func makeDetokenizer(_ tokenizer: Tokenizer) -> IncrementalDetokenizer {
        IncrementalDetokenizer(tokenizer, after: promptTokenIDs, skipSpecialTokens: params.skipSpecialTokens)
    }
}

/// Checks requests against the model and resolves what they leave open; the same for server and library.
struct InputProcessor: Sendable {
    let info: ModelInfo
    let tokenizer: Tokenizer?
    let maxLogprobs: Int
    /// Logits processors that every request passes.
    var logitsProcessors: [String] = []
    var plugIns = SamplingPlugIns()

    /// Turns a prompt and its parameters into a request, or says why it cannot be served.
    func process(
        _ prompt: Prompt, _ params: SamplingParams, id: String, addSpecialTokens: Bool,
        seed: @autoclosure () -> Int64
    ) throws(RequestError) -> ProcessedRequest {
        try params.validate(maxLogprobs: maxLogprobs)
        let arrival = ContinuousClock.now
        let (text, tokens) = try tokenize(prompt, addSpecialTokens: addSpecialTokens)
        try checkLength(tokens.count)
        var params = params
        try checkVocabulary(of: params)
        params.maxTokens = min(params.maxTokens ?? .max, info.maxModelLen - tokens.count)
        params.seed = params.seed == nil || params.seed == -1 ? seed() : params.seed
        params.badWordsTokenIDs += try badWords(params.badWords)
        let everyones = logitsProcessors.map { PlugInCall($0, params.extraArguments) }
        params.logitsProcessors = everyones + params.logitsProcessors
        try plugIns.check(params)
        return ProcessedRequest(
            id: id, prompt: text, promptTokenIDs: tokens, params: params, arrival: arrival)
    }

    private func tokenize(
        _ prompt: Prompt, addSpecialTokens: Bool
    ) throws(RequestError) -> (text: String?, tokens: [Int32]) {
        switch prompt {
        case .text(let text):
            guard let tokenizer else {
                throw RequestError("prompt", "This model has no tokenizer: give the prompt as token ids.")
            }
            let tokens = try encode(text, tokenizer, addSpecialTokens: addSpecialTokens)
            guard !tokens.isEmpty else { throw RequestError("prompt", "The decoder prompt cannot be empty") }
            return (text, tokens)
        case .tokens(let tokens):
            guard !tokens.isEmpty else { throw RequestError("prompt", "The decoder prompt cannot be empty") }
            if let outside = tokens.first(where: { $0 < 0 || $0 >= info.vocabularySize }) {
                throw RequestError("prompt", "Token id \(outside) is out of vocabulary")
            }
            return (nil, tokens)
        }
    }

    private func encode(
        _ text: String, _ tokenizer: Tokenizer, addSpecialTokens: Bool
    ) throws(RequestError) -> [Int32] {
        do {
            let tokens = try tokenizer.encode(text, addSpecialTokens: addSpecialTokens)
            if let outside = tokens.first(where: { $0 < 0 || $0 >= info.vocabularySize }) {
                throw RequestError(
                    "prompt",
                    "The tokenizer gave token id \(outside), which is out of vocabulary of the model (\(info.vocabularySize))."
                )
            }
            return tokens
        } catch let error as RequestError {
            throw error
        } catch {
            throw RequestError("prompt", "The prompt cannot be tokenized: \(error)")
        }
    }

    private func checkLength(_ count: Int) throws(RequestError) {
        guard count < info.maxModelLen else {
            throw RequestError(
                "prompt",
                "This model's maximum context length is \(info.maxModelLen) tokens. However, your prompt contains \(count) input tokens, which \(count == info.maxModelLen ? "leaves no room for output tokens" : "exceeds this limit even without any output tokens"). Please reduce the length of the input prompt."
            )
        }
    }

    private func checkVocabulary(of params: SamplingParams) throws(RequestError) {
        let size = info.vocabularySize
        func check(_ tokens: some Sequence<Int32>, _ name: String) throws(RequestError) {
            let outside = tokens.filter { $0 < 0 || $0 >= size }
            guard outside.isEmpty else {
                throw RequestError(
                    name,
                    "token_id(s) \(outside.sorted().prefix(8)) in \(name) contain out-of-vocab token ids. Vocabulary size: \(size)"
                )
            }
        }
        try check(params.logitBias.keys, "logit_bias")
        try check(params.stopTokenIDs, "stop_token_ids")
        guard let allowed = params.allowedTokenIDs else { return }
        try check(allowed, "allowed_token_ids")
        let ends = Set(params.endTokenIDs(eosTokenIDs: info.eosTokenIDs))
        if params.minTokens > 0, ends.isSuperset(of: allowed) {
            throw RequestError(
                "allowed_token_ids", "allowed_token_ids holds only tokens that min_tokens does not allow yet."
            )
        }
    }

    /// A word is banned as it stands at the beginning of a text and behind a space.
    private func badWords(_ words: [String]) throws(RequestError) -> [[Int32]] {
        guard !words.isEmpty else { return [] }
        guard let tokenizer else { throw RequestError("bad_words", "This model has no tokenizer.") }
        var result: [[Int32]] = []
        var seen: Set<[Int32]> = []
        for word in words {
            let trimmed = word.drop { $0 == " " }
            for text in [String(trimmed), " " + trimmed] {
                let tokens = try encode(text, tokenizer, addSpecialTokens: false)
                guard tokens.count <= 128 else {
                    throw RequestError("bad_words", "a bad word has \(tokens.count) tokens, more than 128.")
                }
                if !tokens.isEmpty, seen.insert(tokens).inserted { result.append(tokens) }
            }
        }
        return result
    }
}
