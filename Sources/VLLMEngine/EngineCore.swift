// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMExecution
package import VLLMScheduling
package import VLLMTypes

/// What one step leaves behind for the front end.
package struct StepOutput: Sendable {
    package var outputs: [EngineCoreOutput]
    /// Sequences that no longer wait: the first of their tokens were computed.
    package var started: [SequenceID]
    package var statistics: SchedulerStatistics
    /// Tokens computed in the step.
    package var numTokens: Int
    /// Why the engine can not go on; it is dead then.
    package var failure: String?

    package init(
        outputs: [EngineCoreOutput], started: [SequenceID], statistics: SchedulerStatistics, numTokens: Int,
        failure: String? = nil
    ) {
        self.outputs = outputs
        self.started = started
        self.statistics = statistics
        self.numTokens = numTokens
        self.failure = failure
    }
}

/// The parts of an engine, built on the thread that runs it.
package struct EngineParts {
    package var scheduler: Scheduler
    package var executor: any Executor
    /// Waits for what was begun at the start and should not end with the process, for `BackgroundWork.patience` at most;
    /// called when the engine has stopped.
    package var finish: (() -> Void)?

    package init(scheduler: Scheduler, executor: any Executor) {
        self.scheduler = scheduler
        self.executor = executor
    }
}

/// The loop: drain commands, schedule, execute, update, publish.
struct EngineCore: ~Copyable {
    private var scheduler: Scheduler
    private var executor: any Executor
    private let mailbox: Mailbox<EngineCommand>
    private let publish: @Sendable (StepOutput) -> Void
    private var isStopped = false

    init(
        _ parts: EngineParts, mailbox: Mailbox<EngineCommand>,
        publish: @escaping @Sendable (StepOutput) -> Void
    ) {
        scheduler = parts.scheduler
        executor = parts.executor
        self.mailbox = mailbox
        self.publish = publish
    }

    /// Steps until told to stop, or until a step fails.
    mutating func run() {
        while !isStopped { step() }
    }

    private mutating func step() {
        drainCommands()
        guard !isStopped else { return }
        let plan = scheduler.schedule(now: .now)
        do {
            let result = try executor.execute(plan)
            let outputs = scheduler.update(result, for: plan)
            publish(summary(of: plan, outputs))
        } catch {
            var summary = summary(of: plan, [])
            summary.failure = "\(error)"
            publish(summary)
            isStopped = true
        }
    }

    private mutating func drainCommands() {
        for command in mailbox.drain(waiting: !scheduler.hasWork) {
            switch command {
            case .add(let request): scheduler.add(request)
            case .abort(let id): _ = scheduler.abort(id)
            case .resetPrefixCache: scheduler.resetPrefixCache()
            case .stop: isStopped = true
            }
        }
    }

    private func summary(of plan: SchedulerOutput, _ outputs: [EngineCoreOutput]) -> StepOutput {
        StepOutput(
            outputs: outputs, started: plan.newSequences.map(\.request.id), statistics: scheduler.statistics,
            numTokens: plan.numTokens)
    }
}
