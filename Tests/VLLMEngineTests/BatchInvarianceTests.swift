// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMEngine
import VLLMTypes

/// The same request gives the same bits, whatever else is running.
@Suite struct BatchInvarianceTests {
    /// A prompt and what it gives when it has the engine to itself.
    private struct Expected {
        let prompt: [Int32]
        let params: SamplingParams
        let outcome: Outcome
    }

    /// Everything that a request gives, to be compared bit by bit.
    private struct Outcome: Equatable {
        var tokenIDs: [[Int32]]
        var logprobs: [[PositionLogprobs]]
        var promptLogprobs: [PositionLogprobs?]
    }

    private static func prompts() -> [[Int32]] {
        // Pairs share a prefix of 40 tokens, so that the cache has something to find.
        (0..<12).map { index in
            let shared = (0..<40).map { Int32(($0 * 7 + index / 2 * 11) % 250) }
            return shared + (0..<[1, 3, 17, 33, 60, 90][index % 6]).map { Int32(($0 * 13 + index) % 250) }
        }
    }

    private static func params(_ index: Int) -> SamplingParams {
        var params = SamplingParams(
            temperature: index % 3 == 0 ? 0 : 0.9, maxTokens: 24, ignoreEOS: true, seed: Int64(index),
            logprobs: 2,
            outputKind: .finalOnly)
        if index % 3 == 1 { params.topP = 0.8 }
        if index % 3 == 2 { params.n = 2 }
        if index % 4 == 0 { params.promptLogprobs = 1 }
        if index % 4 == 1 { params.repetitionPenalty = 1.2 }
        return params
    }

    private func run(_ engine: AsyncLLM, _ prompt: [Int32], _ params: SamplingParams) async throws -> Outcome
    {
        var last: RequestOutput?
        for try await output in try engine.generate(.tokens(prompt), params, requestID: "test") {
            last = output
        }
        let output = try #require(last)
        return Outcome(
            tokenIDs: output.outputs.map(\.tokenIDs), logprobs: output.outputs.map { $0.logprobs ?? [] },
            promptLogprobs: output.promptLogprobs ?? [])
    }

    /// Each request alone, on one thread, a whole prompt a step, without cache.
    private func reference(
        _ fixture: ModelFixture, _ dtype: EngineOptions.DTypeChoice, _ quantization: String?
    ) async throws -> [Expected] {
        let engine = try await fixture.load(dtype: dtype) { options in
            options.quantization = quantization
            options.numThreads = 1
            options.enablePrefixCaching = false
            options.enableChunkedPrefill = false
        }
        var expected: [Expected] = []
        for (index, prompt) in Self.prompts().enumerated() {
            let params = Self.params(index)
            expected.append(
                Expected(prompt: prompt, params: params, outcome: try await run(engine, prompt, params)))
        }
        await engine.shutdown()
        return expected
    }

    /// Another way to run the same work.
    struct Setting: CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout EngineOptions) -> Void
    }

    /// Types of weights; some fixtures are of odd widths, which have no whole groups of four-bit weights.
    static let types: [(EngineOptions.DTypeChoice, String?)] = [
        (.bfloat16, nil), (.float32, nil), (.bfloat16, "int8"), (.bfloat16, "int4"),
    ]

    /// Fixtures of odd widths.
    static let oddNames = ["llama", "gemma2", "olmo2", "olmoe", "granite"]

    static let settings = [
        Setting(testDescription: "all at once") { $0.numThreads = 2 },
        Setting(testDescription: "chunks of 24 tokens and three threads") {
            $0.maxNumSeqs = 6
            $0.maxNumBatchedTokens = 24
            $0.numThreads = 3
        },
        Setting(testDescription: "a pool of 20 blocks, so that sequences are preempted") {
            $0.numBlocksOverride = 20
            $0.maxModelLen = 256
            $0.numThreads = 2
        },
        Setting(testDescription: "blocks of 64 tokens") {
            $0.blockSize = 64
            $0.numThreads = 1
        },
    ]

    @Test(
        "results are the same bits in a batch, in chunks, after preemption and from the cache",
        arguments: settings, oddNames + ["gpt2", "qwen3", "qwen2-moe", "qwen3-moe", "glm4-moe"])
    func invariance(setting: Setting, name: String) async throws {
        let fixture = try ModelFixture(name)
        for (dtype, quantization) in Self.types where quantization != "int4" || !Self.oddNames.contains(name)
        {
            let expected = try await reference(fixture, dtype, quantization)
            let engine = try await fixture.load(dtype: dtype) { options in
                options.quantization = quantization
                setting.change(&options)
            }
            // Twice, so that the second time finds its prefixes in the cache.
            for _ in 0..<2 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for request in expected {
                        group.addTask {
                            let outcome = try await run(engine, request.prompt, request.params)
                            #expect(outcome == request.outcome)
                        }
                    }
                    try await group.waitForAll()
                }
            }
            await engine.shutdown()
        }
    }

    @Test("a small pool really preempts, and a second run really hits the cache")
    func pressure() async throws {
        let fixture = try ModelFixture("llama")
        let engine = try await fixture.load(dtype: .bfloat16) {
            $0.numBlocksOverride = 20
            $0.maxModelLen = 256
        }
        for _ in 0..<2 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, prompt) in Self.prompts().enumerated() {
                    var params = Self.params(index)
                    params.promptLogprobs = nil
                    params.maxTokens = 80
                    group.addTask { [params] in _ = try await run(engine, prompt, params) }
                }
                try await group.waitForAll()
            }
        }
        let statistics = engine.statistics.scheduler
        #expect(statistics.numPreemptions > 0)
        #expect(statistics.prefixCacheHits > 0)
        await engine.shutdown()
    }
}
