// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMEngine
import VLLMExecution
import VLLMJSON
import VLLMTypes

/// Allows one token: the argument `token`, raised by the tokens generated so far.
private struct CountingProcessor: LogitsProcessor {
    let first: Int

    func process(_ logits: inout MutableSpan<Float>, _ context: SamplingContext) {
        let token = first + context.outputTokenIDs.count
        for index in logits.indices where index != token { logits[index] = -.infinity }
    }
}

private struct Broken: LogitsProcessor {
    struct Failure: Error, CustomStringConvertible {
        var description: String { "This processor is out of order." }
    }
    let isThrowing: Bool

    func process(_ logits: inout MutableSpan<Float>, _ context: SamplingContext) throws {
        guard context.outputTokenIDs.count == 2 else { return }
        if isThrowing { throw Failure() }
        logits[7] = .nan
    }
}

/// Draws uniformly among the tokens below a bound, or answers with what is no token.
private struct UniformSampler: TokenSampler {
    let bound: Int

    func sample(_ logits: Span<Float>, _ context: SamplingContext) -> Int32 {
        bound > 0 ? Int32(context.uniform * Double(bound)) : Int32(logits.count)
    }
}

/// Logits processors and samplers that are not part of the engine.
@Suite struct SamplingPlugInTests {
    private let prompt: [Int32] = [5, 9, 2, 7]

    init() {
        PlugIns.register(logitsProcessor: "test-count") { call, _ in
            guard let first = call.arguments["token"]?.intValue else {
                throw RequestError("logits_processors", "token should be a token.")
            }
            return CountingProcessor(first: first)
        }
        PlugIns.register(logitsProcessor: "test-asked") { call, _ in
            call.arguments["token"]?.intValue.map { CountingProcessor(first: $0) }
        }
        PlugIns.register(logitsProcessor: "test-throwing") { _, _ in Broken(isThrowing: true) }
        PlugIns.register(logitsProcessor: "test-nan") { _, _ in Broken(isThrowing: false) }
        PlugIns.register(sampler: "test-uniform") { call, _ in
            UniformSampler(bound: call.arguments["bound"]?.intValue ?? 0)
        }
    }

    private func tokens(_ engine: AsyncLLM, _ params: SamplingParams) async throws -> [Int32] {
        var params = params
        (params.maxTokens, params.ignoreEOS, params.outputKind) = (8, true, .finalOnly)
        var last: RequestOutput?
        for try await output in try engine.generate(.tokens(prompt), params, requestID: "test") {
            last = output
        }
        return try #require(last).outputs[0].tokenIDs
    }

    /// The message with which a request ends.
    private func failure(_ engine: AsyncLLM, _ params: SamplingParams) async throws -> RequestError {
        let error = await #expect(throws: RequestError.self) { try await tokens(engine, params) }
        return try #require(error)
    }

    @Test(
        "a processor sees the output so far and decides the tokens, with the raw log-probabilities reported")
    func processing() async throws {
        let engine = try await ModelFixture("llama").load(dtype: .bfloat16)
        let plain = try await tokens(engine, SamplingParams(temperature: 0))
        for temperature in [0, 1.5] {
            let call = PlugInCall("test-count", ["token": 40])
            let params = SamplingParams(temperature: temperature, logitsProcessors: [call])
            #expect(try await tokens(engine, params) == Array(40..<48))
        }
        var params = SamplingParams(temperature: 0, logprobs: 1)
        params.logitsProcessors = [PlugInCall("test-count", ["token": 40])]
        params.maxTokens = 1
        for try await output in try engine.generate(.tokens(prompt), params, requestID: "test") {
            let entry = try #require(output.outputs[0].logprobs?.first)
            #expect(entry.chosen.tokenID == 40 && entry.chosen.logprob < entry.top[0].logprob)
            #expect(entry.top[0].tokenID == plain[0])
        }
        await engine.shutdown()
    }

    @Test("what is given to every request passes its extra arguments, and may leave a request alone")
    func everyone() async throws {
        let engine = try await ModelFixture("llama").load(dtype: .bfloat16) {
            $0.logitsProcessors = ["test-asked"]
        }
        let plain = try await tokens(engine, SamplingParams(temperature: 0))
        let asked = try await tokens(engine, SamplingParams(temperature: 0, extraArguments: ["token": 60]))
        #expect(asked == Array(60..<68) && plain != asked)
        await engine.shutdown()
    }

    @Test("a sampler chooses by its own draw, the same for the same seed alone and beside others")
    func sampling() async throws {
        let engine = try await ModelFixture("llama").load(dtype: .bfloat16)
        let call = PlugInCall("test-uniform", ["bound": 200])
        let params = SamplingParams(seed: 11, sampler: call)
        let alone = try await tokens(engine, params)
        #expect(alone.allSatisfy { $0 < 200 } && Set(alone).count > 3)
        let together = try await withThrowingTaskGroup(of: [Int32].self) { group in
            for _ in 0..<6 { group.addTask { try await tokens(engine, params) } }
            group.addTask { try await tokens(engine, SamplingParams(temperature: 0)) }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(together.count { $0 == alone } == 6)
        #expect(try await tokens(engine, SamplingParams(seed: 12, sampler: call)) != alone)
        await engine.shutdown()
    }

    @Test("a plug-in that throws, or leaves what is no number or no token, ends its request alone")
    func failures() async throws {
        let engine = try await ModelFixture("llama").load(dtype: .bfloat16)
        let plain = try await tokens(engine, SamplingParams(temperature: 0))
        let wrong: [(SamplingParams, String)] = [
            (SamplingParams(logitsProcessors: [PlugInCall("test-throwing")]), "out of order"),
            (SamplingParams(logitsProcessors: [PlugInCall("test-nan")]), "token 7"),
            (SamplingParams(sampler: PlugInCall("test-uniform")), "none of the"),
        ]
        for (params, words) in wrong {
            async let other = tokens(engine, SamplingParams(temperature: 0))
            let error = try await failure(engine, params)
            #expect(error.kind == .engineFailure && error.message.contains(words), "\(error)")
            #expect(try await other == plain)
        }
        #expect(engine.state == .running)
        await engine.shutdown()
    }

    @Test("an unknown name and wrong arguments are the request's fault")
    func refusals() async throws {
        let engine = try await ModelFixture("llama").load(dtype: .bfloat16)
        let unknown = try await failure(engine, SamplingParams(logitsProcessors: [PlugInCall("nobody")]))
        #expect(unknown.kind == .invalid && unknown.parameter == "logits_processors")
        #expect(unknown.message.contains("'nobody'") && unknown.message.contains("test-count"))
        let argument = try await failure(engine, SamplingParams(logitsProcessors: [PlugInCall("test-count")]))
        #expect(argument.kind == .invalid && argument.message == "token should be a token.")
        let sampler = try await failure(engine, SamplingParams(sampler: PlugInCall("nobody")))
        #expect(sampler.kind == .invalid && sampler.parameter == "sampler")
        await engine.shutdown()
        await #expect(throws: (any Error).self) {
            try await ModelFixture("llama").load(dtype: .bfloat16) { $0.logitsProcessors = ["nobody"] }
        }
    }
}
