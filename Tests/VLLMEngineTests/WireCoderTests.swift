// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMEngine
import VLLMJSON
import VLLMTypes

@Suite struct WireCoderTests {
    private static let params: SamplingParams = {
        var params = SamplingParams(
            n: 3, temperature: 0.25, topK: 7, topP: 0.5, minP: 0.125, presencePenalty: -1,
            frequencyPenalty: 1.5,
            repetitionPenalty: 1.1, logitBias: [5: -1.5, 900_000: .infinity], allowedTokenIDs: [1, 2],
            badWords: ["né", ""], minTokens: 2, maxTokens: 9, stop: ["\u{1F600}"], stopTokenIDs: [-1, .max],
            ignoreEOS: true, includeStopStringInOutput: true, seed: .min, logprobs: -1, promptLogprobs: 4,
            skipSpecialTokens: false, detokenize: false,
            logitsProcessors: [PlugInCall("a"), PlugInCall("b", ["x": [1, 2.5, "é", nil]])],
            sampler: PlugInCall("c", ["y": 9_007_199_254_740_993]), extraArguments: ["z": true],
            outputKind: .finalOnly)
        params.badWordsTokenIDs = [[1], [], [300, 4]]
        return params
    }()

    private static let step: StepOutput = {
        var output = EngineCoreOutput(id: SequenceID(.max))
        let entry = PositionLogprobs(
            chosen: TokenLogprob(tokenID: 3, logprob: -.infinity, rank: 151_936),
            top: [TokenLogprob(tokenID: 4, logprob: -0.5, rank: 1)])
        output.newTokenIDs = [7]
        output.logprobs = [entry]
        output.promptLogprobs = (start: 4, entries: [entry, entry])
        output.finishReason = .length
        output.stopReason = .string("stop")
        output.numCachedTokens = 16
        output.numPreemptions = 2
        output.failure = "why"
        output.firstScheduled = .now - .milliseconds(20)
        var statistics = SchedulerStatistics()
        (statistics.numRunning, statistics.numWaiting, statistics.numBlocks) = (1, 2, 3)
        (statistics.numUsedBlocks, statistics.prefixCacheQueries) = (4, 5)
        (statistics.prefixCacheHits, statistics.numPreemptions) = (6, 7)
        return StepOutput(
            outputs: [output, EngineCoreOutput(id: SequenceID(1))], started: [SequenceID(9)],
            statistics: statistics, numTokens: 512, failure: "dead")
    }()

    /// Values as text, field by field: equal where no field was forgotten or exchanged with another.
    private func text(_ value: Any) -> String {
        var text = ""
        dump(value, to: &text)
        return text
    }

    @Test func parametersCrossUnchanged() throws {
        let read = try WireCoder.value(SamplingParams.self, in: WireCoder.bytes(of: Self.params))
        #expect(read == Self.params)
        // Every field differs from what a blank one has, so that a forgotten one would show.
        let blank = Mirror(reflecting: SamplingParams()).children.map { text($0.value) }
        let given = Mirror(reflecting: Self.params).children.map { text($0.value) }
        #expect(zip(blank, given).allSatisfy { $0 != $1 })
    }

    @Test func stepsCrossUnchanged() throws {
        var read = try WireCoder.value(StepOutput.self, in: WireCoder.bytes(of: Self.step))
        let difference =
            try #require(read.outputs[0].firstScheduled) - (try #require(Self.step.outputs[0].firstScheduled))
        #expect(difference < .milliseconds(5) && difference > .milliseconds(-5))
        read.outputs[0].firstScheduled = Self.step.outputs[0].firstScheduled
        #expect(text(read) == text(Self.step))
    }

    @Test func ordersCrossUnchanged() throws {
        var options = EngineOptions(model: "m")
        (options.tokenizer, options.revision, options.dtype) = ("t", "r", .float16)
        (options.maxModelLen, options.maxNumSeqs, options.maxNumBatchedTokens) = (5, 6, 7)
        (options.memoryUtilization, options.kvCacheMemoryBytes, options.numBlocksOverride) = (0.5, 8, 9)
        (options.blockSize, options.enablePrefixCaching, options.enableChunkedPrefill) = (32, false, false)
        (options.usesPriorities, options.seed, options.maxLogprobs) = (true, -3, -1)
        (options.numThreads, options.instructionSet, options.usesGenerationConfig) = (2, "avx2", false)
        (options.overrideGenerationConfig, options.generationConfigFolder) = ("{}", "/g")
        (options.hfOverrides, options.allowsLongMaxModelLen) = ("{}", true)
        (options.quantization, options.packedCache) = ("int4", "/cache")
        (options.logitsProcessors, options.loadFormat, options.kvEvictionPolicy) = (["p", "q"], "f", "e")
        let load = EngineOrder.load(options, path: "/models/a")
        #expect(text(try WireCoder.value(EngineOrder.self, in: WireCoder.bytes(of: load))) == text(load))
        let plain = EngineOrder.load(EngineOptions(model: "m"), path: nil)
        #expect(text(try WireCoder.value(EngineOrder.self, in: WireCoder.bytes(of: plain))) == text(plain))
        let commands = EngineOrder.commands([.abort(SequenceID(4)), .resetPrefixCache, .stop])
        #expect(
            text(try WireCoder.value(EngineOrder.self, in: WireCoder.bytes(of: commands))) == text(commands))
    }

    @Test func anyBytesAreReadOrRefusedWithoutATrap() throws {
        var random = SystemRandomNumberGenerator()
        let valid = WireCoder.bytes(of: EngineReport.step(Self.step))
        for length in 0..<valid.count {
            #expect(throws: WireError.self) {
                try WireCoder.value(EngineReport.self, in: Array(valid[..<length]))
            }
        }
        for _ in 0..<20_000 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            _ = try? WireCoder.value(EngineReport.self, in: bytes)
            _ = try? WireCoder.value(EngineOrder.self, in: bytes)
        }
    }
}
