// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMEngine
import VLLMTypes

/// Readers that take their time: the engine goes on, and nothing is lost.
@Suite struct SlowReaderTests {
    private let prompt: [Int32] = [5, 9, 2, 7]

    @Test("what a slow reader has not taken is joined, and adds up to what a quick one gets")
    func joined() async throws {
        let engine = try await ModelFixture("llama").load(dtype: .bfloat16)
        let params = SamplingParams(
            temperature: 0, maxTokens: 180, ignoreEOS: true, logprobs: 1, outputKind: .delta)
        let whole = try await engine.complete(prompt, tokens: 180)
        let slow = try engine.generate(.tokens(prompt), params, requestID: "slow")
        // The engine serves in order: when another request of as many tokens has ended, so has this one.
        _ = try await engine.complete(prompt, tokens: 180)
        var outputs: [RequestOutput] = []
        for try await output in slow { outputs.append(output) }
        #expect(outputs.count < 100)
        #expect(outputs.flatMap { $0.outputs[0].tokenIDs } == whole.tokenIDs)
        #expect(outputs.flatMap { $0.outputs[0].logprobs ?? [] }.count == 180)
        #expect(outputs.last?.finished == true)
        #expect(outputs.last?.outputs.first?.finishReason == .length)
        await engine.shutdown()
    }

    @Test("a stop token among joined ones ends the output there")
    func stops() async throws {
        let engine = try await ModelFixture("llama").load(dtype: .bfloat16)
        let whole = try await engine.complete(prompt, tokens: 180)
        let stop = try #require(whole.tokenIDs.last)
        let place = try #require(whole.tokenIDs.firstIndex(of: stop))
        let params = SamplingParams(
            temperature: 0, maxTokens: 180, stopTokenIDs: [stop], ignoreEOS: true, outputKind: .delta)
        let slow = try engine.generate(.tokens(prompt), params, requestID: "slow")
        _ = try await engine.complete(prompt, tokens: 180)
        var tokens: [Int32] = []
        for try await output in slow { tokens += output.outputs[0].tokenIDs }
        #expect(tokens == Array(whole.tokenIDs[...place]))
        await engine.shutdown()
    }
}
