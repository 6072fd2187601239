// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import VLLMExecution
package import VLLMScheduling
import VLLMTypes

/// Runs requests as they arrive through a scheduler and an executor, step by step as the engine does, and counts.
package struct BatchingRun {
    private var scheduler: Scheduler
    private let requests: [TimedRequest]
    private let start = ContinuousClock.now
    private var numArrived = 0
    private var numEnded = 0
    private var figures = BatchingFigures()

    /// Runs all requests to their ends.
    ///
    /// - Parameters:
    ///   - requests: in the order in which they arrive; the i-th has the id i.
    ///   - scheduler: an empty one.
    ///   - progress: told how many requests have ended.
    package static func run(
        _ requests: [TimedRequest], _ scheduler: Scheduler, _ executor: inout any Executor,
        progress: (Int) -> Void = { _ in }
    ) throws -> BatchingFigures {
        var run = BatchingRun(scheduler, requests)
        while run.numArrived < requests.count || run.scheduler.hasWork {
            try run.step(&executor)
            progress(run.numEnded)
        }
        run.figures.numPreemptions = run.scheduler.statistics.numPreemptions
        return run.figures
    }

    private init(_ scheduler: Scheduler, _ requests: [TimedRequest]) {
        self.scheduler = scheduler
        self.requests = requests
        figures.inputTokens = requests.reduce(0) { $0 + $1.request.promptTokenIDs.count }
        figures.outputs = Array(repeating: [], count: requests.count)
    }

    private var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }

    private mutating func step(_ executor: inout any Executor) throws {
        addArrived()
        guard scheduler.hasWork else { return wait() }
        let plan = scheduler.schedule(now: .now)
        count(plan)
        let result = try executor.execute(plan)
        let outputs = scheduler.update(result, for: plan)
        let now = elapsed
        for output in outputs { try take(output, at: now) }
    }

    private mutating func addArrived() {
        let now = elapsed
        while numArrived < requests.count, requests[numArrived].arrival <= now {
            scheduler.add(requests[numArrived].request)
            numArrived += 1
        }
    }

    /// Sleeps towards the next arrival.
    private func wait() {
        let microseconds = (requests[numArrived].arrival - elapsed) * 1e6
        usleep(UInt32(min(max(microseconds, 0), 500_000)))
    }

    private mutating func count(_ plan: SchedulerOutput) {
        // The last plan has nothing but what is to be forgotten.
        guard !plan.chunks.isEmpty else { return }
        let numRunning = scheduler.statistics.numRunning
        let occupancy = scheduler.occupancy(with: plan)
        let numHeld = Double(occupancy.numHeld)
        let numSlots = scheduler.config.numBlocks * scheduler.config.blockSize
        figures.numSteps += 1
        figures.totalRunning += numRunning
        figures.peakRunning = max(figures.peakRunning, numRunning)
        figures.totalHeld += numHeld / Double(numSlots)
        figures.totalReserved += Double(occupancy.numReserved) / numHeld
        figures.totalFragmented += Double(occupancy.numFragmented) / numHeld
    }

    private mutating func take(_ output: EngineCoreOutput, at now: Double) throws {
        if let failure = output.failure { throw ClientError(failure) }
        let index = Int(output.id.rawValue)
        figures.outputs[index] += output.newTokenIDs
        guard output.finishReason != nil else { return }
        numEnded += 1
        figures.duration = now
        let latency = now - requests[index].arrival
        figures.normalizedLatencies.append(latency / Double(figures.outputs[index].count))
    }
}
