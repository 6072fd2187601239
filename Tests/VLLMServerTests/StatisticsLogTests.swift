// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMEngine
import VLLMMockEngine
import VLLMServer
import VLLMTypes

@Suite struct StatisticsLogTests {
    @Test func `the line tells rates since the last one, once more after the work, and then nothing`()
        async throws
    {
        let engine = try await MockEngine.start()
        var log = StatisticsLog(engine.statistics)
        #expect(log.line(engine.statistics, after: .seconds(10)) == nil)
        let params = SamplingParams(maxTokens: 25, outputKind: .finalOnly)
        let prompt = Prompt.tokens((0..<50).map { $0 })
        for try await _ in try engine.generate(prompt, params, requestID: "a") {}
        let expected =
            "Engine 000: Avg prompt throughput: 5.0 tokens/s, Avg generation throughput: 2.5 tokens/s, "
            + "Running: 0 reqs, Waiting: 0 reqs, KV cache usage: 0.0%, Prefix cache hit rate: 0.0%"
        #expect(log.line(engine.statistics, after: .seconds(10)) == expected)
        #expect(log.line(engine.statistics, after: .seconds(10))?.contains("0.0 tokens/s") == true)
        #expect(log.line(engine.statistics, after: .seconds(10)) == nil)
        await engine.shutdown()
    }
}
