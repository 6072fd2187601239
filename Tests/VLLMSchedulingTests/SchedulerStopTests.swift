// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMScheduling
import VLLMTypes

@Suite("Scheduler stops")
struct SchedulerStopTests {
    /// Runs one request whose sampled tokens are given, and returns its last output and the number of tokens.
    private func run(
        _ tokens: [Int32], length: Int = 4, eos: [Int32] = [2], config: SchedulerConfig = makeConfig(),
        _ change: (inout SamplingParams) -> Void = { _ in }
    ) throws -> (count: Int, output: EngineCoreOutput?) {
        var scheduler = try Scheduler(config: config)
        var params = SamplingParams(maxTokens: 6)
        change(&params)
        scheduler.add(makeRequest(1, length: length, params: params, eos: eos))
        for (index, token) in tokens.enumerated() {
            let plan = scheduler.schedule(now: .now)
            let result = ModelRunnerOutput.Result(id: SequenceID(1), sampledTokenIDs: [token])
            let output = scheduler.update(ModelRunnerOutput(results: [result]), for: plan).first
            #expect(output?.newTokenIDs == [token])
            #expect(scheduler.hasUnfinishedRequests == (output?.finishReason == nil))
            if output?.finishReason != nil {
                #expect(scheduler.statistics.numUsedBlocks == 0)
                return (index + 1, output)
            }
        }
        return (tokens.count, nil)
    }

    @Test("the end-of-sequence token stops without a stop reason, even where it is a stop token too")
    func endOfSequence() throws {
        let (count, output) = try run([7, 3, 9]) { $0.stopTokenIDs = [2] }
        #expect(count == 3 && output == nil)
        let stopped = try run([7, 2, 9]) { $0.stopTokenIDs = [2] }
        #expect(stopped.count == 2)
        #expect(stopped.output?.finishReason == .stop)
        #expect(stopped.output?.stopReason == nil)
        #expect(try run([7, 3], eos: [2, 3]).output?.finishReason == .stop)
    }

    @Test("with ignoreEOS only stop tokens and lengths stop")
    func ignoreEOS() throws {
        #expect(try run([2, 2, 2]) { $0.ignoreEOS = true }.output == nil)
        let stopped = try run([2, 2]) {
            $0.ignoreEOS = true
            $0.stopTokenIDs = [2]
        }
        #expect(stopped.count == 1)
        #expect(stopped.output?.stopReason == .token(2))
    }

    @Test("a stop token is the stop reason")
    func stopToken() throws {
        let (count, output) = try run([7, 9, 2]) { $0.stopTokenIDs = [8, 9] }
        #expect(count == 2)
        #expect(output?.finishReason == .stop)
        #expect(output?.stopReason == .token(9))
    }

    @Test("nothing but a length stops before minTokens")
    func minTokens() throws {
        let change: (inout SamplingParams) -> Void = {
            $0.minTokens = 3
            $0.stopTokenIDs = [9]
        }
        #expect(try run([2, 9, 9], change).count == 3)
        #expect(try run([2, 9, 2], change).output?.stopReason == nil)
        #expect(try run([2, 9, 7, 2], change).count == 4)
        let capped = try run([2, 2, 2], length: 6, config: makeConfig(maxModelLen: 8)) { $0.minTokens = 6 }
        #expect(capped.count == 2)
        #expect(capped.output?.finishReason == .length)
    }

    @Test("a stop on the last allowed token is a stop, not a length")
    func stopBeforeLength() throws {
        #expect(try run([7, 7, 7, 7, 7, 2]).output?.finishReason == .stop)
        #expect(try run([7, 7, 7, 7, 7, 7]).output?.finishReason == .length)
    }

    @Test("the lengths of request, model and pool stop, whichever comes first")
    func lengths() throws {
        let tokens = [Int32](repeating: 7, count: 12)
        #expect(try run(tokens).count == 6)
        #expect(try run(tokens, config: makeConfig(maxModelLen: 7)).count == 3)
        #expect(try run(tokens, config: makeConfig(numBlocks: 2)) { $0.maxTokens = nil }.count == 4)
        #expect(
            try run(tokens, length: 7, config: makeConfig(numBlocks: 2)) { $0.maxTokens = nil }.count == 1)
    }

    @Test("a failure ends its sequence alone, and a missing token is one")
    func failures() throws {
        var simulation = try Simulation(makeConfig())
        for id in 1...3 { simulation.add(makeRequest(UInt64(id), first: Int32(id * 10))) }
        simulation.step()
        simulation.step(failing: [SequenceID(2)])
        #expect(simulation.outputs.map(\.finishReason) == [nil, .error, nil])
        #expect(simulation.outputs[1].failure == "the test says so")
        #expect(simulation.outputs[1].newTokenIDs == [])
        #expect(simulation.step().released == [SequenceID(2)])
        simulation.drain()

        var scheduler = try Scheduler(config: makeConfig())
        scheduler.add(makeRequest(1))
        let plan = scheduler.schedule(now: .now)
        let result = ModelRunnerOutput.Result(id: SequenceID(1))
        let outputs = scheduler.update(ModelRunnerOutput(results: [result]), for: plan)
        #expect(outputs.map(\.finishReason) == [.error])
        #expect(!scheduler.hasUnfinishedRequests)
    }
}
