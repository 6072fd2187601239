// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMScheduling
import VLLMTypes

@Suite("Scheduler aborts")
struct SchedulerAbortTests {
    @Test("an abort frees the blocks at once, and the next plan tells the runner even when nothing is left")
    func running() throws {
        var simulation = try Simulation(makeConfig())
        simulation.add(makeRequest(1))
        simulation.step()
        simulation.abort(SequenceID(1))
        #expect(simulation.scheduler.statistics.numUsedBlocks == 0)
        #expect(!simulation.scheduler.hasUnfinishedRequests)
        #expect(simulation.scheduler.hasWork)
        let plan = simulation.step()
        #expect(plan.released == [SequenceID(1)])
        #expect(plan.chunks.isEmpty)
        #expect(!simulation.scheduler.hasWork)
        simulation.abort(SequenceID(1))
        simulation.abort(SequenceID(99))
        simulation.drain()
    }

    @Test("a waiting request goes without a word to the runner")
    func waiting() throws {
        var simulation = try Simulation(makeConfig(maxNumSeqs: 1))
        for id in 1...3 { simulation.add(makeRequest(UInt64(id), maxTokens: 2)) }
        simulation.step()
        simulation.abort(SequenceID(2))
        #expect(simulation.scheduler.statistics.numWaiting == 1)
        simulation.step()
        #expect(simulation.step().summary.map { $0[0] } == [3])
        simulation.drain()
    }

    @Test("a result of a sequence that was aborted meanwhile is dropped")
    func meanwhile() throws {
        var simulation = try Simulation(makeConfig())
        for id in 1...2 { simulation.add(makeRequest(UInt64(id), first: Int32(20 * id))) }
        simulation.step(aborting: [SequenceID(1)])
        #expect(simulation.outputs.map(\.id) == [SequenceID(2)])
        #expect(simulation.step().released == [SequenceID(1)])
        simulation.drain()
    }

    @Test("a preempted sequence that is aborted is released once")
    func preempted() throws {
        var simulation = try Simulation(makeConfig(numBlocks: 4))
        for id in 1...2 { simulation.add(makeRequest(UInt64(id), first: Int32(20 * id), maxTokens: 8)) }
        while simulation.scheduler.statistics.numPreemptions == 0 { simulation.step() }
        simulation.abort(SequenceID(2))
        simulation.drain()
    }

    @Test("thousands of waiting requests are aborted in any order")
    func many() throws {
        var generator = SplitMix64(seed: 1)
        var scheduler = try Scheduler(config: makeConfig())
        for id in 0..<UInt64(20_000) { scheduler.add(makeRequest(id)) }
        for id in (0..<UInt64(20_000)).shuffled(using: &generator) {
            let wasThere = scheduler.abort(SequenceID(id))
            #expect(wasThere)
        }
        #expect(!scheduler.hasWork)
        #expect(scheduler.checkIntegrity() == [])
    }
}
