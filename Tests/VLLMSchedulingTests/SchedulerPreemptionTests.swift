// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMScheduling
import VLLMTypes

@Suite("Scheduler preemption")
struct SchedulerPreemptionTests {
    /// Steps until a plan releases a sequence that has not ended; returns it.
    private func stepToPreemption(_ simulation: inout Simulation) -> (SequenceID?, SchedulerOutput) {
        let before = simulation.scheduler.statistics.numPreemptions
        for _ in 0..<100 {
            let plan = simulation.step()
            if simulation.scheduler.statistics.numPreemptions > before { return (plan.released.last, plan) }
        }
        return (nil, SchedulerOutput())
    }

    @Test("the last to come is preempted, waits at the head and goes on where its cached blocks end")
    func firstComeFirstServed() throws {
        var simulation = try Simulation(makeConfig(maxNumSeqs: 3, numBlocks: 7))
        for (id, maxTokens) in [(1, 3), (2, 3), (3, 9)] {
            simulation.add(makeRequest(UInt64(id), length: 7, first: Int32(id * 20), maxTokens: maxTokens))
        }
        simulation.add(makeRequest(4, length: 2, first: 90, maxTokens: 2))
        let (victim, plan) = stepToPreemption(&simulation)
        // At 9 tokens each needs a third block and one is left: it goes to 1, and 2 takes one from 3.
        #expect(victim == SequenceID(3))
        #expect(plan.summary == [[1, 8, 1], [2, 8, 1]])
        #expect(plan.chunks.map(\.newBlockIDs.count) == [1, 1])
        #expect(plan.newSequences.isEmpty, "nothing is admitted in the step of a preemption")
        #expect(simulation.scheduler.statistics.numWaiting == 2)
        let next = simulation.step()
        let resumed = try #require(next.newSequences.first)
        #expect(resumed.request.id == SequenceID(3), "4 does not overtake it")
        #expect(resumed.tokenIDs.count == 9)
        #expect(resumed.request.promptTokenIDs.count == 7)
        #expect(next.summary == [[3, 4, 5], [4, 0, 2]], "its second block was reused, its first was not")
        simulation.drain()
    }

    @Test("the lowest priority is preempted, and the latest among equals")
    func priority() throws {
        var simulation = try Simulation(makeConfig(maxNumSeqs: 4, numBlocks: 8, policy: .priority))
        for (id, priority) in [(1, 5), (2, 0), (3, 5), (4, 1)] {
            let first = Int32(id * 20)
            simulation.add(
                makeRequest(UInt64(id), length: 7, first: first, maxTokens: 9, priority: priority))
        }
        #expect(simulation.step().summary.map { $0[0] } == [2, 4, 1, 3])
        let (victim, plan) = stepToPreemption(&simulation)
        #expect(victim == SequenceID(1), "3 was the first to go in this step, then 1")
        #expect(plan.released == [SequenceID(3), SequenceID(1)])
        #expect(plan.summary.map { $0[0] } == [2, 4])
        simulation.drain()
    }

    @Test("a request of higher priority is admitted first and takes its place in the batch")
    func priorityAdmission() throws {
        var simulation = try Simulation(makeConfig(maxNumSeqs: 2, policy: .priority))
        simulation.add(makeRequest(1, first: 0, maxTokens: 3, priority: 3))
        simulation.step()
        simulation.add(makeRequest(2, first: 20, maxTokens: 3, priority: 2))
        simulation.add(makeRequest(3, first: 40, maxTokens: 3, priority: 1))
        #expect(simulation.step().summary == [[1, 4, 1], [3, 0, 4]])
        #expect(simulation.step().summary == [[3, 4, 1], [1, 5, 1]])
        #expect(simulation.step().summary == [[3, 5, 1], [2, 0, 4]])
        simulation.drain()
    }

    @Test("sequences that together need many times the pool end right, one by one if need be")
    func tightPool() throws {
        var simulation = try Simulation(makeConfig(maxNumBatchedTokens: 8, numBlocks: 5, caching: false))
        for id in 1...8 {
            simulation.add(makeRequest(UInt64(id), length: 3, first: Int32(id), maxTokens: nil))
        }
        simulation.drain(stepLimit: 1000)
        #expect(simulation.scheduler.statistics.numPreemptions > 0)
    }

    @Test("what the front end was told of a prompt is not told again after a preemption")
    func promptLogprobs() throws {
        var simulation = try Simulation(makeConfig(maxNumSeqs: 2, maxNumBatchedTokens: 4, numBlocks: 5))
        for id in 1...2 {
            let params = SamplingParams(maxTokens: 9, promptLogprobs: 0)
            simulation.add(makeRequest(UInt64(id), length: 7, first: Int32(id * 20), params: params))
        }
        let (victim, _) = stepToPreemption(&simulation)
        #expect(victim == SequenceID(2))
        simulation.drain()
        #expect(simulation.records.values.map(\.promptLogprobs.count) == [6, 6])
    }
}
