// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCPU
import VLLMCheckpoints
import VLLMEngine
import VLLMTypes

/// Small random checkpoints of every family against what transformers computes with them.
///
/// `Scripts/fixtures/models.py` made them.
@Suite struct ModelFixtureTests {
    static let names = [
        "glm4-moe", "gpt2", "gpt2-bare", "llama", "llama-linear", "llama-mha-bias", "llama-odd",
        "llama-tied-llama3",
        "mixtral",
        "phi",
        "phi-wide",
        "qwen2", "qwen2-bin", "qwen2-moe", "qwen2-window", "qwen3", "qwen3-moe",
    ]

    @Test(
        "float32 log-probabilities and 64 greedy tokens are those of transformers",
        arguments: names, CPUBackend.availableInstructionSets)
    func float32(name: String, instructionSet: String) async throws {
        let fixture = try ModelFixture(name)
        let engine = try await fixture.load(dtype: .float32) { $0.instructionSet = instructionSet }
        for prompt in fixture.prompts {
            let output = try await engine.complete(prompt.ids, tokens: 64)
            #expect(output.tokenIDs == prompt.greedy)
            // Sums of a few hundred float32 products in another order differ by some 1e-6 of their size.
            #expect(maximumError(output.promptLogprobs, prompt.promptLogprobs) <= 1e-4)
            #expect(maximumError(output.logprobs, prompt.greedyLogprobs) <= 1e-4)
        }
        await engine.shutdown()
    }

    @Test(
        "bfloat16 errors are at most 1.5 times those of transformers itself",
        arguments: names, CPUBackend.availableInstructionSets)
    func bfloat16(name: String, instructionSet: String) async throws {
        let fixture = try ModelFixture(name)
        let engine = try await fixture.load(dtype: .bfloat16) { $0.instructionSet = instructionSet }
        var errors: [Double] = []
        for (prompt, expected) in zip(fixture.prompts, fixture.bfloat16Logprobs) {
            let output = try await engine.complete(prompt.ids + prompt.greedy, tokens: 1)
            #expect(output.promptLogprobs.count == expected.count)
            errors += zip(output.promptLogprobs, expected).map { abs($0 - $1) }
        }
        let mean = errors.reduce(0, +) / Double(errors.count)
        #expect(mean <= 1.5 * fixture.bfloat16MeanError)
        #expect(errors.max() ?? .infinity <= 1.5 * fixture.bfloat16MaxError)
        await engine.shutdown()
    }

    @Test("float16 runs stay near the float32 reference", arguments: names)
    func float16(name: String) async throws {
        let fixture = try ModelFixture(name)
        let engine = try await fixture.load(dtype: .float16)
        for prompt in fixture.prompts {
            let output = try await engine.complete(prompt.ids, tokens: 1)
            // Weights and cache are rounded to 11 bits, a eighth of bfloat16's error.
            let error = maximumError(output.promptLogprobs, prompt.promptLogprobs)
            #expect(error <= fixture.bfloat16MaxError)
        }
        await engine.shutdown()
    }

    private func maximumError(_ values: [Double], _ expected: [Double]) -> Double {
        guard values.count == expected.count else { return .infinity }
        return zip(values, expected).map { abs($0 - $1) }.max() ?? 0
    }
}
