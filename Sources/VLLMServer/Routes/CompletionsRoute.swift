// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import VLLMEngine
import VLLMJSON
import VLLMTokenizers
import VLLMTypes

/// `/v1/completions`: continues prompts.
struct CompletionsRoute: Route {
    static let path = "/v1/completions"
    static let methods: [HTTPRequest.Method] = [.post]
    static let takesWork = true

    let context: ServerContext

    func respond(_ request: APIRequest) async throws -> Response {
        let completion = try await request.read { fields throws(APIError) in
            let model = try context.modelName(fields)
            try UnsupportedField.check(
                fields.object, against: UnsupportedField.completion + UnsupportedField.common)
            context.logUnknown(fields, known: KnownFields.completion)
            return try Completion(fields, request, model: model)
        }
        return try await completion.generation.options.isStream ? completion.stream() : completion.whole()
    }
}

/// A completion under way.
private struct Completion: Sendable {
    let generation: Generation
    let echoes: Bool
    /// More than a chat may have, which vLLM bounds by four; every token is compared with each of them.
    private static let maxStopStrings = 256
    /// The prompt is scored and nothing is generated.
    let scoresOnly: Bool
    /// Alternatives a position, where log-probabilities were asked for.
    let logprobs: Int?

    init(_ fields: FieldReader, _ request: APIRequest, model: String) throws(APIError) {
        let context = request.context
        let options = try StreamOptions(fields, forcesUsage: context.configuration.enableForceIncludeUsage)
        let sampling = SamplingFields(
            fields: fields, info: context.engine.info, maxStopStrings: Self.maxStopStrings)
        var params = try sampling.params()
        params.maxTokens = try sampling.maxTokens(
            ["max_tokens"], default: context.engine.info.defaultMaxTokens ?? 16)
        params.outputKind = options.isStream ? .delta : .finalOnly
        echoes = try fields.bool("echo") ?? false
        logprobs = try fields.int("logprobs")
        params.logprobs = logprobs
        guard !options.isStream || params.promptLogprobs == nil else {
            throw .badRequest(
                "`prompt_logprobs` are not available when `stream=True`.", parameter: "prompt_logprobs")
        }
        if echoes, params.promptLogprobs == nil { params.promptLogprobs = logprobs }
        scoresOnly = echoes && params.maxTokens == 0
        if scoresOnly { (params.maxTokens, params.minTokens) = (1, 0) }
        generation = try Generation(
            fields, request, prefix: "cmpl-", model: model,
            prompts: try PromptFields(fields: fields, context: context).prompts(), params: params,
            options: options, addsSpecialTokens: try fields.bool("add_special_tokens") ?? true)
    }

    // MARK: The whole

    func whole() async throws -> Response {
        let outputs = try await generation.collect().map(withoutScoredToken)
        var body = generation.head(object: "text_completion")
        body["choices"] = .array(
            outputs.enumerated().flatMap { index, output in
                output.outputs.map { .object(choice($0, of: output, at: index)) }
            })
        body["service_tier"] = .null
        body["system_fingerprint"] = .string(generation.context.systemFingerprint)
        body["usage"] = generation.usage(of: outputs).json(omitsNulls: false)
        body["kv_transfer_params"] = .null
        return .json(.object(body))
    }

    private func choice(_ output: CompletionOutput, of request: RequestOutput, at index: Int) -> JSONObject {
        var offset = 0
        return [
            "index": .integer(index * generation.params.n + output.index),
            "text": .string((echoes ? promptText(of: request) : "") + output.text),
            "logprobs": logprobs(output, of: request, includesPrompt: echoes, offset: &offset),
            "finish_reason": output.finishReasonJSON, "stop_reason": output.stopReasonJSON,
            "token_ids": generation.returnsTokenIDs ? output.tokenIDsJSON : .null,
            "prompt_logprobs": request.promptLogprobs.map(generation.tokenText.prompt) ?? .null,
            "prompt_token_ids": generation.returnsTokenIDs ? request.promptTokenIDs.wireForm : .null,
        ]
    }

    /// The prompt as text, made of its tokens where it was given as tokens.
    private func promptText(of request: RequestOutput) -> String {
        request.prompt
            ?? generation.context.engine.tokenizer?.decode(request.promptTokenIDs, skipSpecialTokens: false)
            ?? ""
    }

    private func logprobs(
        _ output: CompletionOutput, of request: RequestOutput, includesPrompt: Bool, offset: inout Int
    ) -> JSONValue {
        guard let count = logprobs else { return .null }
        var tokens = output.tokenIDs
        var positions: [PositionLogprobs?] = output.logprobs ?? []
        if includesPrompt, let prompt = request.promptLogprobs {
            tokens = request.promptTokenIDs + tokens
            positions = prompt + positions
        }
        return generation.tokenText.completion(tokens, positions, count: count, offset: &offset)
    }

    /// The engine generates at least one token; where none was asked for it is dropped.
    private func withoutScoredToken(_ output: RequestOutput) -> RequestOutput {
        guard scoresOnly else { return output }
        var output = output
        for index in output.outputs.indices {
            output.outputs[index].text = ""
            output.outputs[index].tokenIDs = []
            if output.outputs[index].logprobs != nil { output.outputs[index].logprobs = [] }
            if output.outputs[index].finishReason == .stop { output.outputs[index].finishReason = .length }
            output.outputs[index].stopReason = nil
        }
        return output
    }

    // MARK: The stream

    func stream() -> Response {
        let completion = self
        return EventStream.response(head: generation.head(object: "text_completion")) { events in
            try await completion.send(to: &events)
        }
    }

    @concurrent private func send(to events: inout EventStream) async throws {
        let n = generation.params.n
        var choices = [ChoiceState](repeating: ChoiceState(), count: generation.streams.count * n)
        var cachedTokens = [Int](repeating: 0, count: generation.streams.count)
        var promptLogprobs = [[PositionLogprobs?]?](repeating: nil, count: generation.streams.count)
        try await generation.forEachOutput { index, output in
            var output = withoutScoredToken(output)
            cachedTokens[index] = output.numCachedTokens
            // Only a request's first output holds the log-probabilities of the prompt.
            promptLogprobs[index] = promptLogprobs[index] ?? output.promptLogprobs
            output.promptLogprobs = promptLogprobs[index]
            for delta in output.outputs {
                let place = index * n + delta.index
                let choice = chunk(delta, of: output, place, &choices[place])
                try await events.send(choice: choice, tail: tail(output, delta, choices[place]))
            }
        }
        guard generation.options.includesUsage else { return }
        var usage = Usage()
        usage.promptTokens = generation.streams.reduce(0) { $0 + $1.promptTokenIDs.count }
        usage.completionTokens = choices.reduce(0) { $0 + $1.numTokens }
        if generation.context.configuration.enablePromptTokensDetails {
            usage.cachedTokens = cachedTokens.reduce(0, +)
        }
        try await events.send(choice: nil, tail: ["usage": usage.json(omitsNulls: true)])
    }

    private func chunk(
        _ delta: CompletionOutput, of output: RequestOutput, _ place: Int, _ state: inout ChoiceState
    ) -> JSONObject {
        let isFirst = !state.hasBegun
        state.hasBegun = true
        state.numTokens += delta.tokenIDs.count
        let includesPrompt = isFirst && echoes
        var choice: JSONObject = [
            "index": .integer(place),
            "text": .string((includesPrompt ? promptText(of: output) : "") + delta.text),
            "logprobs": logprobs(delta, of: output, includesPrompt: includesPrompt, offset: &state.offset),
            "finish_reason": delta.finishReasonJSON, "stop_reason": delta.stopReasonJSON,
        ]
        if generation.returnsTokenIDs {
            if isFirst { choice["prompt_token_ids"] = output.promptTokenIDs.wireForm }
            choice["token_ids"] = delta.tokenIDsJSON
        }
        return choice
    }

    private func tail(_ output: RequestOutput, _ delta: CompletionOutput, _ state: ChoiceState) -> JSONObject
    {
        var tail: JSONObject = [:]
        if delta.finishReason != nil {
            tail["system_fingerprint"] = .string(generation.context.systemFingerprint)
        }
        if generation.options.continuousUsage {
            let usage = Usage(promptTokens: output.promptTokenIDs.count, completionTokens: state.numTokens)
            tail["usage"] = usage.json(omitsNulls: true)
        }
        return tail
    }
}

/// What a stream knows of a choice between its chunks.
struct ChoiceState {
    var hasBegun = false
    var numTokens = 0
    /// Code points of the text so far, for `text_offset`.
    var offset = 0
}
