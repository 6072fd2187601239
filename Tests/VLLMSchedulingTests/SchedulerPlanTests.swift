// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMScheduling
import VLLMTypes

@Suite("Scheduler plans")
struct SchedulerPlanTests {
    @Test("a prompt is computed in chunks of what the decodes leave of the budget")
    func chunkedPrefill() throws {
        var simulation = try Simulation(makeConfig(maxNumSeqs: 4, maxNumBatchedTokens: 8))
        simulation.add(makeRequest(1, length: 3, first: 0))
        simulation.add(makeRequest(2, length: 20, first: 50, maxTokens: 2))
        let plans = (0..<5).map { _ in simulation.step() }
        #expect(
            plans.map(\.summary) == [
                [[1, 0, 3], [2, 0, 5]], [[1, 3, 1], [2, 5, 7]], [[1, 4, 1], [2, 12, 7]],
                [[1, 5, 1], [2, 19, 1]], [[2, 20, 1]],
            ])
        #expect(plans[0].chunks.map(\.samples) == [true, false])
        #expect(plans[3].chunks.map(\.samples) == [true, true])
        #expect(plans[0].newSequences.map(\.blockIDs) == [[0], [1, 2, 3, 4, 5, 6]])
        #expect(plans[0].newSequences.map(\.tokenIDs.count) == [3, 20])
        // The third output token of 1 needs a second block; 2 has room for its next token from the start.
        #expect(
            plans.map { $0.chunks.map(\.newBlockIDs) } == [[[], []], [[], []], [[7], []], [[], []], [[]]])
        #expect(plans.map(\.released) == [[], [], [], [], [SequenceID(1)]])
        simulation.drain()
    }

    @Test("decodes come before prompts, whatever their order of arrival")
    func decodesFirst() throws {
        var simulation = try Simulation(makeConfig(maxNumSeqs: 3, maxNumBatchedTokens: 6, threshold: 2))
        simulation.add(makeRequest(1, length: 9, first: 0))
        simulation.add(makeRequest(2, length: 1, first: 50))
        #expect(simulation.step().summary == [[1, 0, 2], [2, 0, 1]])
        #expect(simulation.step().summary == [[2, 1, 1], [1, 2, 2]])
        simulation.drain()
    }

    @Test("a long prompt takes no more of a step than its threshold, which leaves room for others")
    func longPrefillThreshold() throws {
        var simulation = try Simulation(makeConfig(maxNumBatchedTokens: 16, threshold: 6))
        simulation.add(makeRequest(1, length: 20, first: 0))
        simulation.add(makeRequest(2, length: 5, first: 50))
        #expect(simulation.step().summary == [[1, 0, 6], [2, 0, 5]])
        #expect(simulation.step().summary == [[2, 5, 1], [1, 6, 6]])
        simulation.drain()
    }

    @Test("without chunked prefill a prompt waits for a step that has room for all of it")
    func wholePrefill() throws {
        var simulation = try Simulation(
            makeConfig(maxNumSeqs: 4, maxNumBatchedTokens: 16, maxModelLen: 16, chunked: false))
        simulation.add(makeRequest(1, length: 10, first: 0, maxTokens: 2))
        simulation.add(makeRequest(2, length: 7, first: 50, maxTokens: 2))
        simulation.add(makeRequest(3, length: 1, first: 80, maxTokens: 2))
        #expect(simulation.step().summary == [[1, 0, 10]], "3 does not overtake 2")
        #expect(simulation.step().summary == [[1, 10, 1], [2, 0, 7], [3, 0, 1]])
        simulation.drain()
    }

    @Test("no more sequences run than maxNumSeqs")
    func maxNumSeqs() throws {
        var simulation = try Simulation(makeConfig(maxNumSeqs: 2))
        for id in 1...3 { simulation.add(makeRequest(UInt64(id), first: Int32(id * 10), maxTokens: id)) }
        #expect(simulation.step().summary == [[1, 0, 4], [2, 0, 4]])
        #expect(simulation.scheduler.statistics.numWaiting == 1)
        #expect(simulation.step().summary == [[2, 4, 1], [3, 0, 4]])
        simulation.drain()
    }

    @Test("a request is admitted when blocks for its prompt and one more token are free")
    func admission() throws {
        var simulation = try Simulation(makeConfig(numBlocks: 4))
        simulation.add(makeRequest(1, length: 7, first: 0, maxTokens: 1))
        simulation.add(makeRequest(2, length: 8, first: 50, maxTokens: 1))
        #expect(simulation.step().summary == [[1, 0, 7]], "2 blocks are free and 2 needs 3")
        #expect(simulation.step().summary == [[2, 0, 8]])
        simulation.drain()
    }

    @Test("statistics count what runs, waits and is held")
    func statistics() throws {
        var simulation = try Simulation(makeConfig(maxNumSeqs: 1, numBlocks: 10))
        simulation.add(makeRequest(1, length: 9, maxTokens: 2))
        simulation.add(makeRequest(2, length: 9, maxTokens: 2))
        simulation.step()
        var statistics = simulation.scheduler.statistics
        #expect(statistics.numRunning == 1)
        #expect(statistics.numWaiting == 1)
        #expect(statistics.numBlocks == 10)
        #expect(statistics.numUsedBlocks == 3)
        #expect(statistics.kvCacheUsage == 0.3)
        simulation.drain()
        statistics = simulation.scheduler.statistics
        #expect(statistics.prefixCacheQueries == 18)
        #expect(statistics.prefixCacheHits == 8)
        #expect(statistics.kvCacheUsage == 0)
    }

    @Test("the time of the first step is kept, and an idle scheduler plans nothing")
    func firstScheduled() throws {
        var scheduler = try Scheduler(config: makeConfig())
        let now = ContinuousClock.now
        #expect(!scheduler.hasWork)
        #expect(scheduler.schedule(now: now).chunks.isEmpty)
        scheduler.add(makeRequest(1))
        for offset in 0..<3 {
            let plan = scheduler.schedule(now: now + .seconds(offset))
            let results = [ModelRunnerOutput.Result(id: SequenceID(1), sampledTokenIDs: [5])]
            let outputs = scheduler.update(ModelRunnerOutput(results: results), for: plan)
            #expect(outputs.map(\.firstScheduled) == [now])
        }
    }
}
