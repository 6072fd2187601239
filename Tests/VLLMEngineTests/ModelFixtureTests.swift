// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCPU
import VLLMCheckpoints
import VLLMEngine
import VLLMLayers
import VLLMModels
import VLLMTypes

/// Small random checkpoints of every family against what transformers computes with them.
///
/// `Scripts/fixtures/models.py` made them.
@Suite struct ModelFixtureTests {
    @Test("every architecture has a checkpoint, and every checkpoint its own")
    func architectures() throws {
        let tried = try ModelFixture.names.map {
            try Registry.decoder(for: Checkpoint(ModelFixture($0).source)).name
        }
        for architecture in Registry.architectures {
            for name in architecture.names where !Self.aliases.contains(name) {
                #expect(tried.contains(name), "\(name) is tried on no checkpoint")
            }
        }
    }

    /// Older and other names of architectures.
    private static let aliases = AliasTests.all.map(\.name)

    @Test(
        "float32 log-probabilities and 64 greedy tokens are those of transformers",
        arguments: ModelFixture.names, CPUBackend.availableInstructionSets)
    func float32(name: String, instructionSet: String) async throws {
        let fixture = try ModelFixture(name)
        let engine = try await fixture.load(dtype: .float32) {
            $0.instructionSet = instructionSet
            // The longer prompts take several steps.
            $0.maxNumSeqs = 4
            $0.maxNumBatchedTokens = 48
        }
        for prompt in fixture.prompts {
            let output = try await engine.complete(prompt.ids, tokens: 64)
            #expect(output.tokenIDs == prompt.greedy)
            // Sums of a few hundred float32 products in another order differ by some 1e-6 of their size.
            #expect(maximumError(output.promptLogprobs, prompt.promptLogprobs) <= 1e-4)
            #expect(maximumError(output.logprobs, prompt.greedyLogprobs) <= 1e-4)
            // Keys and values that are there already give the same bits.
            let hits = engine.statistics.scheduler.prefixCacheHits
            let again = try await engine.complete(prompt.ids, tokens: 8, promptLogprobs: nil)
            #expect(again.tokenIDs == Array(output.tokenIDs.prefix(8)))
            #expect(again.logprobs == Array(output.logprobs.prefix(8)))
            #expect((engine.statistics.scheduler.prefixCacheHits > hits) == (prompt.ids.count > 16))
        }
        await engine.shutdown()
    }

    @Test(
        "bfloat16 errors are at most 1.5 times those of transformers itself",
        arguments: ModelFixture.names, CPUBackend.availableInstructionSets)
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

    @Test("float16 runs stay near the float32 reference", arguments: ModelFixture.names)
    func float16(name: String) async throws {
        let fixture = try ModelFixture(name)
        // ConfigurationTests sees those refused.
        let decoder = try Registry.decoder(for: Checkpoint(fixture.source)).configuration
        guard !decoder.exceedsFloat16 else { return }
        let engine = try await fixture.load(dtype: .float16)
        for prompt in fixture.prompts {
            let output = try await engine.complete(prompt.ids, tokens: 1)
            // Weights and cache are rounded to 11 bits, a eighth of bfloat16's error.
            let error = maximumError(output.promptLogprobs, prompt.promptLogprobs)
            #expect(error <= fixture.bfloat16MaxError)
        }
        await engine.shutdown()
    }
}

/// The largest difference of two lists; infinite where they differ in length.
func maximumError(_ values: [Double], _ expected: [Double]) -> Double {
    guard values.count == expected.count else { return .infinity }
    return zip(values, expected).map { abs($0 - $1) }.max() ?? 0
}
