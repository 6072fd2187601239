// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMEngine
import VLLMTypes

/// Requests as a server makes them: streams, cancellation, refusals.
@Suite struct AsyncLLMTests {
    private func engine(_ change: (inout EngineOptions) -> Void = { _ in }) async throws -> AsyncLLM {
        try await ModelFixture("llama").load(dtype: .bfloat16, change)
    }

    private func collect(_ stream: RequestStream) async throws -> [RequestOutput] {
        var outputs: [RequestOutput] = []
        for try await output in stream { outputs.append(output) }
        return outputs
    }

    private let prompt: [Int32] = [5, 9, 2, 7]

    @Test("deltas of a stream add up to the whole output")
    func deltas() async throws {
        let engine = try await engine()
        var params = SamplingParams(
            temperature: 0, maxTokens: 20, ignoreEOS: true, logprobs: 1, outputKind: .delta)
        let deltas = try await collect(try engine.generate(.tokens(prompt), params, requestID: "a"))
        params.outputKind = .finalOnly
        let whole = try await collect(try engine.generate(.tokens(prompt), params, requestID: "b"))
        #expect(whole.count == 1)
        #expect(deltas.flatMap { $0.outputs.flatMap(\.tokenIDs) } == whole.first?.outputs.first?.tokenIDs)
        #expect(
            deltas.flatMap { $0.outputs.flatMap { $0.logprobs ?? [] } }
                == whole.first?.outputs.first?.logprobs)
        #expect(deltas.last?.outputs.first?.finishReason == .length)
        #expect(deltas.dropLast().allSatisfy { !$0.finished })
        await engine.shutdown()
    }

    @Test("letting go of a stream frees the sequence's blocks")
    func cancellation() async throws {
        let engine = try await engine { $0.enablePrefixCaching = false }
        let params = SamplingParams(temperature: 0, maxTokens: 200, ignoreEOS: true, outputKind: .delta)
        for _ in 0..<4 {
            let task = Task {
                var count = 0
                for try await _ in try engine.generate(.tokens(prompt), params, requestID: "a") {
                    count += 1
                    if count == 3 { break }
                }
            }
            try await task.value
        }
        // The engine's commands are handled in order: a request that ends later has seen the aborts.
        _ = try await engine.complete(prompt, tokens: 4)
        #expect(engine.numUnfinished == 0)
        #expect(engine.statistics.scheduler.numUsedBlocks == 0)
        await engine.shutdown()
    }

    @Test("cancelling the task that waits ends its request")
    func taskCancellation() async throws {
        let engine = try await engine { $0.enablePrefixCaching = false }
        let params = SamplingParams(temperature: 0, maxTokens: 200, ignoreEOS: true, outputKind: .finalOnly)
        let tasks = (0..<8).map { index in
            Task { try await collect(try engine.generate(.tokens(prompt), params, requestID: "\(index)")) }
        }
        for task in tasks { task.cancel() }
        for task in tasks { _ = try await task.value }
        _ = try await engine.complete(prompt, tokens: 2)
        #expect(engine.numUnfinished == 0)
        #expect(engine.statistics.scheduler.numUsedBlocks == 0)
        await engine.shutdown()
    }

    @Test("stop tokens, minimum length, biases and allowed tokens steer the output")
    func steering() async throws {
        let engine = try await engine()
        func tokens(_ params: SamplingParams) async throws -> (ids: [Int32], CompletionOutput) {
            var params = params
            params.outputKind = .finalOnly
            let outputs = try await collect(try engine.generate(.tokens(prompt), params, requestID: "a"))
            let completion = try #require(outputs.first?.outputs.first)
            return (completion.tokenIDs, completion)
        }
        let (plain, _) = try await tokens(SamplingParams(temperature: 0, maxTokens: 12, ignoreEOS: true))
        let stop = plain[3]
        let firstStop = try #require(plain.firstIndex(of: stop))

        let stopped = try await tokens(SamplingParams(temperature: 0, maxTokens: 12, stopTokenIDs: [stop]))
        #expect(stopped.ids == Array(plain[...firstStop]))
        #expect(stopped.1.finishReason == .stop)
        #expect(stopped.1.stopReason == .token(stop))

        let forced = try await tokens(
            SamplingParams(temperature: 0, minTokens: 8, maxTokens: 12, stopTokenIDs: [stop]))
        #expect(forced.ids.count >= 8)
        #expect(!forced.ids.prefix(8).contains(stop))

        let biased = try await tokens(SamplingParams(temperature: 0, logitBias: [42: 100], maxTokens: 5))
        #expect(biased.ids == [42, 42, 42, 42, 42])

        let allowed = try await tokens(
            SamplingParams(temperature: 1, allowedTokenIDs: [3, 4], maxTokens: 12, ignoreEOS: true, seed: 1))
        #expect(Set(allowed.ids).isSubset(of: [3, 4]))

        var banned = SamplingParams(temperature: 0, maxTokens: 12, ignoreEOS: true)
        banned.badWordsTokenIDs = [[plain[0]], [plain[2], plain[3]]]
        let without = try await tokens(banned)
        #expect(!without.ids.contains(plain[0]))
        await engine.shutdown()
    }

    @Test("n sequences of a seeded request differ, and are the same when asked again")
    func parallelSampling() async throws {
        let engine = try await engine()
        let params = SamplingParams(
            n: 4, temperature: 1, maxTokens: 16, ignoreEOS: true, seed: 7, outputKind: .finalOnly)
        let first = try await collect(try engine.generate(.tokens(prompt), params, requestID: "a"))
        let second = try await collect(try engine.generate(.tokens(prompt), params, requestID: "b"))
        let sequences = try #require(first.first?.outputs.map(\.tokenIDs))
        #expect(Set(sequences).count == 4)
        #expect(sequences == second.first?.outputs.map(\.tokenIDs))
        await engine.shutdown()
    }

    @Test("what can not be served is refused at once, with the parameter's name")
    func refusals() async throws {
        let engine = try await engine { $0.maxModelLen = 64 }
        func parameter(_ prompt: [Int32], _ params: SamplingParams) -> String? {
            do {
                _ = try engine.generate(.tokens(prompt), params, requestID: "a")
                return nil
            } catch {
                return error.parameter
            }
        }
        #expect(parameter([], SamplingParams()) == "prompt")
        #expect(parameter([1, -3], SamplingParams()) == "prompt")
        #expect(parameter([1, 300], SamplingParams()) == "prompt")
        #expect(parameter([Int32](repeating: 1, count: 64), SamplingParams()) == "prompt")
        #expect(parameter([Int32](repeating: 1, count: 1000), SamplingParams()) == "prompt")
        #expect(parameter([1], SamplingParams(temperature: .nan)) == "temperature")
        #expect(parameter([1], SamplingParams(temperature: -1)) == "temperature")
        #expect(parameter([1], SamplingParams(topP: 0)) == "top_p")
        #expect(parameter([1], SamplingParams(topP: .nan)) == "top_p")
        #expect(parameter([1], SamplingParams(repetitionPenalty: .infinity)) == "repetition_penalty")
        #expect(parameter([1], SamplingParams(maxTokens: 0)) == "max_tokens")
        #expect(parameter([1], SamplingParams(logitBias: [300: 1])) == "logit_bias")
        #expect(parameter([1], SamplingParams(stopTokenIDs: [-1])) == "stop_token_ids")
        #expect(parameter([1], SamplingParams(allowedTokenIDs: [999])) == "allowed_token_ids")
        #expect(parameter([1], SamplingParams(logprobs: 21)) == "logprobs")
        #expect(parameter([1], SamplingParams(n: 2, temperature: 0)) == "n")
        #expect(engine.numUnfinished == 0)
        await engine.shutdown()
    }

    @Test("a request ends at the model's length")
    func length() async throws {
        let engine = try await engine { $0.maxModelLen = 32 }
        let params = SamplingParams(temperature: 0, maxTokens: 1000, ignoreEOS: true, outputKind: .finalOnly)
        let outputs = try await collect(try engine.generate(.tokens(prompt), params, requestID: "a"))
        #expect(outputs.first?.outputs.first?.tokenIDs.count == 28)
        #expect(outputs.first?.outputs.first?.finishReason == .length)
        await engine.shutdown()
    }

    @Test("shutting down ends every stream with the reason abort")
    func shutdown() async throws {
        let engine = try await engine()
        let params = SamplingParams(temperature: 0, maxTokens: 200, ignoreEOS: true, outputKind: .finalOnly)
        let stream = try engine.generate(.tokens(prompt), params, requestID: "a")
        await engine.shutdown()
        let outputs = try await collect(stream)
        let reason = try #require(outputs.last?.outputs.first?.finishReason)
        #expect(reason == .abort || reason == .length)
    }
}
