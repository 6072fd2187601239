// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing
import VLLMCheckpoints
import VLLMEngine
import VLLMTypes

/// What rounding the weights does to small random checkpoints, whose distributions are the hardest to keep.
@Suite struct LoadTimeQuantizationTests {
    /// The mean Kullback-Leibler divergence of the next token's distribution from that of unrounded weights.
    private func divergence(_ fixture: ModelFixture, _ quantization: String) async throws -> Double {
        let plain = try await distributions(fixture, nil)
        let rounded = try await distributions(fixture, quantization)
        var total = 0.0
        for (expected, found) in zip(plain, rounded) {
            total += expected.reduce(0) { $0 + exp($1.value) * ($1.value - (found[$1.key] ?? -100)) }
        }
        return total / Double(plain.count)
    }

    /// Log-probabilities of the whole vocabulary behind each token of a prompt.
    private func distributions(
        _ fixture: ModelFixture, _ quantization: String?
    ) async throws -> [[Int32: Double]] {
        let engine = try await fixture.load(dtype: .bfloat16) {
            $0.quantization = quantization
            $0.maxLogprobs = -1
        }
        let params = SamplingParams(temperature: 0, maxTokens: 1, promptLogprobs: -1, outputKind: .finalOnly)
        var result: [[Int32: Double]] = []
        let prompt = fixture.prompts[2].ids
        for try await output in try engine.generate(.tokens(prompt), params, requestID: "test") {
            result = (output.promptLogprobs ?? []).compactMap { $0 }.map { position in
                Dictionary(uniqueKeysWithValues: position.top.map { ($0.tokenID, Double($0.logprob)) })
            }
        }
        await engine.shutdown()
        return result
    }

    @Test(
        "distributions stay near: eight bits far nearer than four, small groups nearer than large ones",
        arguments: ["gpt2", "phi"])
    func divergences(name: String) async throws {
        let fixture = try ModelFixture(name)
        let eight = try await divergence(fixture, "int8")
        let four = try await divergence(fixture, "int4")
        let coarse = try await divergence(fixture, "int4-g64")
        #expect(eight < 0.01, "\(eight)")
        #expect(four < 0.3 && eight < four / 5, "\(eight), \(four)")
        #expect(coarse < 0.45, "\(coarse)")
    }

    @Test(
        "experts' distributions stay near, but for tokens whose choice was near a tie",
        arguments: ["glm4-moe", "mixtral", "qwen2-moe", "qwen3-moe"])
    func experts(name: String) async throws {
        let fixture = try ModelFixture(name)
        let eight = try await divergence(fixture, "int8")
        let four = try await divergence(fixture, "int4")
        // Random experts have nothing in common: a token that goes to another one gets another distribution.
        #expect(eight < 0.15, "\(eight)")
        #expect(four < 1.5 && eight < four / 5, "\(eight), \(four)")
    }

    @Test("a width without whole groups is refused by name, and so is an unknown rounding")
    func refusals() async throws {
        let fixture = try ModelFixture("llama")
        let error = await #expect(throws: CheckpointError.self) {
            try await fixture.load(dtype: .bfloat16) { $0.quantization = "int4" }
        }
        #expect(error?.message.contains("down_proj") == true && error?.message.contains("int8") == true)
        await #expect(throws: (any Error).self) {
            try await fixture.load(dtype: .bfloat16) { $0.quantization = "int3" }
        }
    }
}
