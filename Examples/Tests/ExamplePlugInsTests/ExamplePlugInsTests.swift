// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ExamplePlugIns
import Testing
import VLLM

/// The example plug-ins as another package uses them, against what transformers computes.
@Suite struct ExamplePlugInsTests {
    init() { ExamplePlugIns.register() }

    /// A checkpoint of `Tests/Fixtures/plugins` with a prompt and its greedy tokens.
    private struct Fixture {
        let path: String
        let prompt: [Int32]
        let greedy: [Int32]

        init(_ name: String) throws {
            let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
            path = "/\(root)/Tests/Fixtures/plugins/\(name)"
            let file = try #require(try FileBytes(mapping: path + "/golden.json"))
            let bytes = file.withBytes { span in
                span.byteOffsets.map { unsafe span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
            }
            let golden = try JSONParser.parse(bytes)
            func tokens(_ key: String) -> [Int32] {
                (golden[key]?.arrayValue ?? []).compactMap { $0.intValue.map(Int32.init) }
            }
            (prompt, greedy) = (tokens("ids"), tokens("greedy"))
        }

        func load(_ change: (inout EngineOptions) -> Void = { _ in }) async throws -> LLM {
            var options = EngineOptions(model: path)
            options.dtype = .float32
            options.kvCacheMemoryBytes = 8 << 20
            change(&options)
            return try await LLM(options)
        }
    }

    private func tokens(_ llm: LLM, _ prompt: [Int32], _ params: SamplingParams) async throws -> [Int32] {
        var params = params
        (params.maxTokens, params.ignoreEOS) = (64, true)
        return try await llm.generate([.tokens(prompt)], params)[0].outputs[0].tokenIDs
    }

    @Test("an architecture, a quantization scheme and a load format give the reference's tokens",
        arguments: [("smollm3", "auto"), ("row-int8", "auto"), ("npy", "npy")])
    func checkpoints(name: String, loadFormat: String) async throws {
        let fixture = try Fixture(name)
        let llm = try await fixture.load { $0.loadFormat = loadFormat }
        #expect(try await tokens(llm, fixture.prompt, SamplingParams(temperature: 0)) == fixture.greedy)
        await llm.shutdown()
    }

    @Test("no three tokens come twice where the processor forbids it")
    func noRepeatNGram() async throws {
        let fixture = try Fixture("smollm3")
        let llm = try await fixture.load()
        let call = PlugInCall("no-repeat-ngram", ["size": 3])
        for params in [SamplingParams(temperature: 0), SamplingParams(temperature: 0.2, seed: 4)] {
            var params = params
            params.logitsProcessors = [call]
            let all = fixture.prompt + (try await tokens(llm, fixture.prompt, params))
            let generated = (fixture.prompt.count - 2..<all.count - 2).map { Array(all[$0..<$0 + 3]) }
            #expect(Set(generated).count == generated.count)
        }
        await llm.shutdown()
    }

    @Test("typical sampling with a small mass takes few tokens, and the same for the same seed")
    func typical() async throws {
        let fixture = try Fixture("smollm3")
        let llm = try await fixture.load()
        let params = SamplingParams(seed: 3, sampler: PlugInCall("typical", ["mass": 0.4]))
        let first = try await tokens(llm, fixture.prompt, params)
        #expect(try await tokens(llm, fixture.prompt, params) == first)
        #expect(first != fixture.greedy)
        await #expect(throws: RequestError.self) {
            try await tokens(
                llm, fixture.prompt, SamplingParams(sampler: PlugInCall("typical", ["mass": 2])))
        }
        await llm.shutdown()
    }

    @Test("what prompts found often outlives what came once")
    func leastFrequentlyUsed() async throws {
        let fixture = try Fixture("smollm3")
        for (policy, isKept) in [("lru", false), ("lfu", true)] {
            let llm = try await fixture.load {
                $0.kvEvictionPolicy = policy
                $0.numBlocksOverride = 12
            }
            let shared = Array(fixture.prompt.prefix(32))
            func cached(_ prompt: [Int32]) async throws -> Int {
                try await llm.generate([.tokens(prompt)], SamplingParams(maxTokens: 1))[0].numCachedTokens
            }
            for last: Int32 in 0..<3 { _ = try await cached(shared + [last]) }
            for start: Int32 in 0..<8 { _ = try await cached((0..<33).map { ($0 * 3 + start) % 128 }) }
            #expect(try await cached(shared + [9]) == (isKept ? 32 : 0), "\(policy)")
            await llm.shutdown()
        }
    }
}
