// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import VLLMChat
import VLLMEngine
import VLLMJSON
import VLLMTypes

/// `/v1/chat/completions`: answers conversations.
struct ChatCompletionsRoute: Route {
    static let path = "/v1/chat/completions"
    static let methods: [HTTPRequest.Method] = [.post]
    static let takesWork = true

    let context: ServerContext

    func respond(_ request: APIRequest) async throws -> Response {
        let chat = try await request.read { fields throws(APIError) in
            let model = try context.modelName(fields)
            try UnsupportedField.check(
                fields.object, against: UnsupportedField.chat + UnsupportedField.common)
            context.logUnknown(fields, known: KnownFields.chat)
            return try Chat(fields, request, model: model)
        }
        return try await chat.generation.options.isStream ? chat.stream() : chat.whole()
    }
}

/// A chat under way.
private struct Chat: Sendable {
    let generation: Generation
    let prompt: String
    let returnsPromptText: Bool
    /// Alternatives a position, where log-probabilities were asked for.
    let logprobs: Int?
    /// Who answers: the configured role, or that of the message which is continued.
    let role: String
    /// Text that stands in front of the answer, where the request asks for an echo.
    let echo: String

    init(_ fields: FieldReader, _ request: APIRequest, model: String) throws(APIError) {
        let context = request.context
        let options = try StreamOptions(fields, forcesUsage: context.configuration.enableForceIncludeUsage)
        try ToolFields(fields).checkChoice()
        let chat = try ChatFields(fields, context)
        logprobs = try Self.logprobs(fields)
        let params = try Self.params(fields, context, options, logprobs: logprobs)
        prompt = try chat.render()
        returnsPromptText = try fields.bool("return_prompt_text") ?? false
        let last = chat.conversation.messages.last
        let lastRole = last?["role"]?.stringValue ?? ""
        role =
            chat.conversation.addGenerationPrompt || lastRole.isEmpty
            ? context.configuration.responseRole : lastRole
        let echoes = try fields.bool("echo") ?? false
        echo = echoes && lastRole == role ? last?["content"]?.stringValue ?? "" : ""
        let prompts = try PromptFields(fields: fields, context: context)
            .truncated([.text(prompt)], addSpecialTokens: false)
        generation = try Generation(
            fields, request, prefix: "chatcmpl-", model: model, prompts: prompts, params: params,
            options: options,
            addsSpecialTokens: try fields.bool("add_special_tokens") ?? false)
    }

    /// Alternatives a position; nil where log-probabilities were not asked for.
    private static func logprobs(_ fields: FieldReader) throws(APIError) -> Int? {
        let wanted = try fields.bool("logprobs") ?? false
        guard let count = try fields.int("top_logprobs") else { return wanted ? 0 : nil }
        guard count >= -1 else {
            throw .badRequest(
                "`top_logprobs` must be a positive value or -1.", parameter: "top_logprobs", value: "\(count)"
            )
        }
        guard wanted || count == 0 else {
            throw .badRequest(
                "when using `top_logprobs`, `logprobs` must be set to true.", parameter: "top_logprobs")
        }
        return wanted ? count : nil
    }

    private static func params(
        _ fields: FieldReader, _ context: ServerContext, _ options: StreamOptions, logprobs: Int?
    ) throws(APIError) -> SamplingParams {
        let sampling = SamplingFields(
            fields: fields, info: context.engine.info, maxStopStrings: context.configuration.maxStopStrings)
        var params = try sampling.params()
        params.maxTokens = try sampling.maxTokens(
            ["max_completion_tokens", "max_tokens"], default: context.engine.info.defaultMaxTokens)
        params.outputKind = options.isStream ? .delta : .finalOnly
        params.logprobs = logprobs
        if context.engine.tokenizer != nil {
            params.stop += context.formatter.stopStrings.filter { !params.stop.contains($0) }
        }
        guard !options.isStream || params.promptLogprobs == nil else {
            throw .badRequest(
                "`prompt_logprobs` are not available when `stream=True`.", parameter: "prompt_logprobs")
        }
        return params
    }

    // MARK: The whole

    func whole() async throws -> Response {
        let outputs = try await generation.collect()
        let output = outputs[0]
        var body = generation.head(object: "chat.completion")
        body["choices"] = .array(output.outputs.map { .object(choice($0)) })
        body["service_tier"] = .null
        body["system_fingerprint"] = .string(generation.context.systemFingerprint)
        body["usage"] = generation.usage(of: outputs).json(omitsNulls: false)
        body["prompt_logprobs"] = output.promptLogprobs.map(generation.tokenText.prompt) ?? .null
        body["prompt_token_ids"] = generation.returnsTokenIDs ? output.promptTokenIDs.wireForm : .null
        if returnsPromptText { body["prompt_text"] = .string(prompt) }
        body["kv_transfer_params"] = .null
        return .json(.object(body))
    }

    private func choice(_ output: CompletionOutput) -> JSONObject {
        [
            "index": .integer(output.index),
            "message": [
                "role": .string(role), "content": .string(echo + output.text), "refusal": nil,
                "annotations": nil,
                "audio": nil, "function_call": nil, "reasoning": nil,
            ],
            "logprobs": logprobs(output), "finish_reason": output.finishReasonJSON,
            "stop_reason": output.stopReasonJSON,
            "token_ids": generation.returnsTokenIDs ? output.tokenIDsJSON : .null,
        ]
    }

    private func logprobs(_ output: CompletionOutput) -> JSONValue {
        guard let logprobs else { return .null }
        return generation.tokenText.chat(output.logprobs ?? [], count: logprobs)
    }

    // MARK: The stream

    func stream() -> Response {
        let chat = self
        return EventStream.response(head: generation.head(object: "chat.completion.chunk")) { events in
            try await chat.send(to: &events)
        }
    }

    @concurrent private func send(to events: inout EventStream) async throws {
        var usage = Usage(promptTokens: generation.streams[0].promptTokenIDs.count)
        var numTokens = [Int](repeating: 0, count: generation.params.n)
        var hasBegun = false
        try await generation.forEachOutput { _, output in
            // The roles come with the first token, so that the first event tells when that was there.
            for index in numTokens.indices where !hasBegun { try await begin(index, usage, &events) }
            hasBegun = true
            if generation.context.configuration.enablePromptTokensDetails {
                usage.cachedTokens = output.numCachedTokens
            }
            for delta in output.outputs {
                numTokens[delta.index] += delta.tokenIDs.count
                let soFar = Usage(promptTokens: usage.promptTokens, completionTokens: numTokens[delta.index])
                try await events.send(choice: chunk(delta), tail: tail(delta, soFar))
            }
        }
        guard generation.options.includesUsage else { return }
        usage.completionTokens = numTokens.reduce(0, +)
        try await events.send(choice: nil, tail: ["usage": usage.json(omitsNulls: true)])
    }

    /// Says who speaks.
    @concurrent private func begin(_ index: Int, _ usage: Usage, _ events: inout EventStream) async throws {
        var tail: JSONObject = [:]
        if generation.returnsTokenIDs {
            tail["prompt_token_ids"] = generation.streams[0].promptTokenIDs.wireForm
        }
        if returnsPromptText { tail["prompt_text"] = .string(prompt) }
        if generation.options.continuousUsage { tail["usage"] = usage.json(omitsNulls: true) }
        let choice = choice(index, delta: ["role": .string(role), "content": ""])
        try await events.send(choice: choice, tail: tail)
        guard !echo.isEmpty else { return }
        try await events.send(choice: self.choice(index, delta: ["content": .string(echo)]))
    }

    private func choice(_ index: Int, delta: JSONValue) -> JSONObject {
        ["index": .integer(index), "delta": delta, "logprobs": nil, "finish_reason": nil]
    }

    private func chunk(_ output: CompletionOutput) -> JSONObject {
        var choice: JSONObject = [
            "index": .integer(output.index), "delta": ["content": .string(output.text)],
            "logprobs": logprobs(output), "finish_reason": output.finishReasonJSON,
        ]
        if output.finishReason != nil { choice["stop_reason"] = output.stopReasonJSON }
        if generation.returnsTokenIDs { choice["token_ids"] = output.tokenIDsJSON }
        return choice
    }

    private func tail(_ output: CompletionOutput, _ usage: Usage) -> JSONObject {
        var tail: JSONObject = [:]
        if output.finishReason != nil {
            tail["system_fingerprint"] = .string(generation.context.systemFingerprint)
        }
        if generation.options.continuousUsage { tail["usage"] = usage.json(omitsNulls: true) }
        return tail
    }
}
