// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMScheduling
import VLLMTypes

/// A scheduler and a fake runner, step by step, with every invariant checked after every move.
struct Simulation {
    var scheduler: Scheduler
    var runner: FakeRunner
    /// All requests that were added.
    private(set) var requests: [SequenceID: EngineRequest] = [:]
    /// What the front end was told.
    private(set) var records: [SequenceID: FakeModel.Record] = [:]
    /// What is neither finished nor aborted.
    private(set) var unfinished: Set<SequenceID> = []
    private(set) var aborted: Set<SequenceID> = []
    private(set) var failed: Set<SequenceID> = []
    private(set) var outputs: [EngineCoreOutput] = []
    private(set) var numSteps = 0

    init(
        _ config: SchedulerConfig, makePolicy: (@Sendable () -> any KVEvictionPolicy)? = nil
    ) throws {
        scheduler = try Scheduler(config: config, makePolicy: makePolicy)
        runner = FakeRunner(numBlocks: config.numBlocks, blockSize: config.blockSize)
    }

    mutating func add(_ request: EngineRequest) {
        scheduler.add(request)
        requests[request.id] = request
        unfinished.insert(request.id)
        checkIntegrity()
    }

    mutating func abort(_ id: SequenceID) {
        #expect(scheduler.abort(id) == unfinished.contains(id))
        if unfinished.remove(id) != nil { aborted.insert(id) }
        checkIntegrity()
    }

    /// Schedules, executes and updates, with aborts and failures while the step is under way; returns the
    /// plan.
    @discardableResult
    mutating func step(
        aborting: [SequenceID] = [], failing: Set<SequenceID> = []
    ) -> SchedulerOutput {
        numSteps += 1
        let plan = scheduler.schedule(now: .now)
        checkIntegrity()
        #expect(plan.numTokens <= scheduler.config.maxNumBatchedTokens)
        #expect(plan.chunks.isEmpty == unfinished.isEmpty, "a step makes progress while there is work")
        let result = runner.execute(plan, failing: failing)
        let problems = runner.takeProblems()
        #expect(problems == [])
        for id in aborting { abort(id) }
        outputs = scheduler.update(result, for: plan)
        checkIntegrity()
        for output in outputs { note(output) }
        #expect(scheduler.hasUnfinishedRequests == !unfinished.isEmpty)
        return plan
    }

    /// Steps until all is done, and checks that nothing is left and every output is right.
    mutating func drain(stepLimit: Int = 10_000) {
        let last = numSteps + stepLimit
        while scheduler.hasWork, numSteps < last { step() }
        #expect(!scheduler.hasWork)
        #expect(unfinished.isEmpty)
        #expect(runner.states.isEmpty, "the runner was told of every end")
        let statistics = scheduler.statistics
        #expect(statistics.numUsedBlocks == 0)
        #expect(statistics.numRunning == 0 && statistics.numWaiting == 0)
        checkRecords()
    }

    /// Every output equals that of the request computed alone; of an aborted or failed one, as far as it
    /// went.
    func checkRecords() {
        for (id, request) in requests {
            let expected = FakeModel.reference(request, maximumLength: scheduler.maximumSequenceLength)
            let record = records[id] ?? FakeModel.Record()
            if aborted.contains(id) || failed.contains(id) {
                #expect(expected.tokenIDs.starts(with: record.tokenIDs))
                #expect(expected.promptLogprobs.starts(with: record.promptLogprobs))
            } else if !unfinished.contains(id) {
                #expect(record == expected, "\(id)")
            }
        }
    }

    func checkIntegrity() { #expect(scheduler.checkIntegrity() == []) }

    private mutating func note(_ output: EngineCoreOutput) {
        #expect(unfinished.contains(output.id), "\(output.id) has an output after its end")
        #expect(output.firstScheduled != nil)
        if let logprobs = output.promptLogprobs {
            let numBefore = records[output.id]?.promptLogprobs.count ?? 0
            #expect(logprobs.start == numBefore + 1, "positions of prompt logprobs follow on each other")
            records[output.id, default: FakeModel.Record()].promptLogprobs += logprobs.entries
        }
        records[output.id, default: FakeModel.Record()].tokenIDs += output.newTokenIDs
        guard let reason = output.finishReason else { return }
        records[output.id]?.finishReason = reason
        records[output.id]?.stopReason = output.stopReason
        unfinished.remove(output.id)
        if reason == .error { failed.insert(output.id) }
    }
}
