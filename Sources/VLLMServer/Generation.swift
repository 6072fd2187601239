// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Logging
import VLLMEngine
import VLLMJSON
import VLLMTypes

/// A generation under way: what completions and chat have in common between request and response.
struct Generation: Sendable {
    let context: ServerContext
    /// The id in the response.
    let id: String
    /// What the client calls the model.
    let model: String
    /// When the request came, in seconds since 1970.
    let created = ServerContext.now
    /// What was asked of the engine.
    let params: SamplingParams
    /// One a prompt.
    let streams: [RequestStream]
    let options: StreamOptions
    let tokenText: TokenText
    let returnsTokenIDs: Bool
    /// Counts the request for as long as it runs.
    private let load: LoadCounter.Token

    init(
        _ fields: FieldReader, _ request: APIRequest, prefix: String, model: String, prompts: [Prompt],
        params: SamplingParams, options: StreamOptions, addsSpecialTokens: Bool
    ) throws(APIError) {
        context = request.context
        self.model = model
        self.params = params
        self.options = options
        id = prefix + (try request.idBase(fields))
        returnsTokenIDs = try fields.bool("return_token_ids") ?? false
        let asTokenIDs = try fields.bool("return_tokens_as_token_ids")
        tokenText = TokenText(
            tokenizer: context.engine.tokenizer,
            asTokenIDs: asTokenIDs ?? context.configuration.returnTokensAsTokenIDs)
        let priority = try fields.int("priority") ?? 0
        let salt = try Self.cacheSalt(fields)
        load = context.load.begin()
        streams = try Self.start(
            prompts, params, context, id: id, fields, addsSpecialTokens: addsSpecialTokens,
            priority: priority,
            salt: salt)
        logStart()
    }

    private static func start(
        _ prompts: [Prompt], _ params: SamplingParams, _ context: ServerContext, id: String,
        _ fields: FieldReader,
        addsSpecialTokens: Bool, priority: Int, salt: String?
    ) throws(APIError) -> [RequestStream] {
        var params = params
        params.detokenize = context.engine.tokenizer != nil
        var streams: [RequestStream] = []
        do {
            for (index, prompt) in prompts.enumerated() {
                streams.append(
                    try context.engine.generate(
                        prompt, params, requestID: prompts.count == 1 ? id : "\(id)-\(index)",
                        addSpecialTokens: addsSpecialTokens, priority: priority, cacheSalt: salt))
            }
        } catch {
            throw APIError(error, body: fields.object)
        }
        return streams
    }

    private static func cacheSalt(_ fields: FieldReader) throws(APIError) -> String? {
        guard let salt = try fields.string("cache_salt") else { return nil }
        guard !salt.isEmpty, salt.unicodeScalars.count <= 128,
            !salt.contains(where: { "@/\\\0".contains($0) })
        else {
            throw .badRequest(
                "cache_salt must have 1 to 128 characters, without @, /, \\ and NUL.", parameter: "cache_salt"
            )
        }
        return salt
    }

    private func logStart() {
        guard context.configuration.enableLogRequests else { return }
        for stream in streams {
            context.logger.info(
                "Received request \(stream.requestID): \(stream.promptTokenIDs.count) prompt tokens, \(params.summary)"
            )
        }
    }

    /// The members that responses and chunks begin with.
    func head(object: String) -> JSONObject {
        ["id": .string(id), "object": .string(object), "created": .integer(created), "model": .string(model)]
    }

    /// The whole outputs, in the order of the prompts; throws if the client goes away.
    func collect() async throws -> [RequestOutput] {
        var outputs: [RequestOutput] = []
        for stream in streams {
            var last: RequestOutput?
            for try await output in stream { last = output }
            guard let last, last.finished else { throw CancellationError() }
            outputs.append(last)
        }
        return outputs
    }

    /// Hands every output of every prompt over as it comes, with the prompt's place; throws if the client goes away.
    @concurrent func forEachOutput(_ body: @concurrent (Int, RequestOutput) async throws -> Void) async throws
    {
        if streams.count == 1 {
            for try await output in streams[0] { try await body(0, output) }
        } else {
            try await forEachMergedOutput(body)
        }
        try Task.checkCancellation()
    }

    @concurrent private func forEachMergedOutput(
        _ body: @concurrent (Int, RequestOutput) async throws -> Void
    ) async throws {
        let (merged, continuation) = AsyncThrowingStream.makeStream(of: (Int, RequestOutput).self)
        let streams = streams
        let pump = Task {
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (index, stream) in streams.enumerated() {
                        group.addTask {
                            for try await output in stream { continuation.yield((index, output)) }
                        }
                    }
                    try await group.waitForAll()
                }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        defer { pump.cancel() }
        for try await (index, output) in merged { try await body(index, output) }
    }

    /// The tokens that outputs took.
    func usage(of outputs: [RequestOutput]) -> Usage {
        var usage = Usage()
        for output in outputs {
            usage.promptTokens += output.promptTokenIDs.count
            usage.completionTokens += output.outputs.reduce(0) { $0 + $1.tokenIDs.count }
        }
        if context.configuration.enablePromptTokensDetails {
            usage.cachedTokens = outputs.reduce(0) { $0 + $1.numCachedTokens }
        }
        return usage
    }
}

extension CompletionOutput {
    /// Why the sequence ended, as it goes over the wire.
    var finishReasonJSON: JSONValue { finishReason.map { .string($0.rawValue) } ?? .null }

    /// What stopped it, as it goes over the wire.
    var stopReasonJSON: JSONValue {
        switch stopReason {
        case .token(let token): .integer(Int(token))
        case .string(let text): .string(text)
        case nil: .null
        }
    }

    /// The tokens, as they go over the wire.
    var tokenIDsJSON: JSONValue { tokenIDs.wireForm }
}

extension [Int32] {
    /// Token ids as they go over the wire.
    var wireForm: JSONValue { .array(map { .integer(Int($0)) }) }
}
