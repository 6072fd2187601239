// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMEngine
import VLLMExecution
import VLLMScheduling
import VLLMTypes

/// Times the parts of steps in which every sequence decodes.
struct StepBenchmark {
    /// Microseconds a step of each part.
    struct Figures: Sendable {
        /// The scheduler's plan.
        let schedule: Spread
        /// What the runner does around the kernels.
        let prepare: Spread
        /// What the scheduler makes of the result.
        let update: Spread
        /// The three together.
        let overhead: Spread
        /// The kernels.
        let compute: Spread

        /// All of them with their names.
        var rows: [(name: String, spread: Spread)] {
            [
                ("schedule", schedule), ("prepare", prepare), ("update", update), ("overhead", overhead),
                ("compute", compute),
            ]
        }
    }

    /// Decoding steps that are not counted.
    static let numWarmups = 20

    private let numSequences: Int
    private var scheduler: Scheduler
    private var runner: ModelRunner

    /// Tokens that every sequence has to generate at most: while later prompts are computed those of the first ones that
    /// decode already, then one a step, and one that ends no sequence before the last step.
    static func maxTokens(
        batchSize: Int, inputLen: Int, numSteps: Int, config: SchedulerConfig
    ) -> Int {
        // What the sequences that decode leave of a step's tokens.
        let room = max(1, config.maxNumBatchedTokens - (batchSize - 1))
        let numPromptSteps =
            config.enableChunkedPrefill
            ? (batchSize * inputLen + room - 1) / room : batchSize
        return numPromptSteps + numWarmups + numSteps + 1
    }

    /// Adds a request for each prompt, and computes the prompts.
    init(_ parts: EngineParts, _ prompts: [[Int32]], _ params: SamplingParams) throws {
        guard let runner = parts.executor as? ModelRunner else {
            throw UsageError("the engine runs no model in this process.")
        }
        self.runner = runner
        numSequences = prompts.count
        scheduler = parts.scheduler
        for (index, prompt) in prompts.enumerated() {
            scheduler.add(
                EngineRequest(id: SequenceID(UInt64(index)), promptTokenIDs: prompt, params: params))
        }
    }

    /// Times so many steps behind the prompts.
    mutating func run(numSteps: Int, progress: (Int) -> Void) throws -> Figures {
        var numDecodes = -Self.numWarmups
        var parts: [[Double]] = Array(repeating: [], count: 5)
        while numDecodes < numSteps, scheduler.hasUnfinishedRequests {
            let times = try step()
            guard let times else { continue }
            numDecodes += 1
            guard numDecodes > 0 else { continue }
            for (index, time) in times.enumerated() { parts[index].append(time) }
            progress(numDecodes)
        }
        guard numDecodes == numSteps else {
            throw UsageError(
                "all \(numSequences) sequences decoded in \(max(0, numDecodes)) steps behind the warm-up, not in \(numSteps): give them more of --max-num-batched-tokens or of the pool."
            )
        }
        return Figures(
            schedule: Spread(parts[0]), prepare: Spread(parts[1]), update: Spread(parts[2]),
            overhead: Spread(parts[3]), compute: Spread(parts[4]))
    }

    /// The microseconds of a step's parts; nil where not all sequences decoded.
    private mutating func step() throws -> [Double]? {
        let before = runner.times
        let start = ContinuousClock.now
        let plan = scheduler.schedule(now: start)
        let scheduled = ContinuousClock.now
        let result = try runner.execute(plan)
        let executed = ContinuousClock.now
        let outputs = scheduler.update(result, for: plan)
        let updated = ContinuousClock.now
        if let failure = outputs.lazy.compactMap(\.failure).first { throw UsageError(failure) }
        guard plan.chunks.count == numSequences, plan.chunks.allSatisfy({ $0.numTokens == 1 }) else {
            return nil
        }
        let schedule = scheduled - start
        let prepare = runner.times.preparation - before.preparation
        let update = updated - executed
        let compute = runner.times.computation - before.computation
        return [schedule, prepare, update, schedule + prepare + update, compute].map { $0 / .microseconds(1) }
    }
}
