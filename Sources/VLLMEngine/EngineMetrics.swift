// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization
public import VLLMTypes

/// Counts and distributions since the start, by vLLM's names without their prefix.
public struct MetricsSnapshot: Sendable {
    /// The scheduler after the last step.
    public var scheduler = SchedulerStatistics()
    public var promptTokens = 0
    public var promptTokensCached = 0
    public var generationTokens = 0
    public var steps = 0
    /// Finished sequences by reason.
    public var requestSuccess: [FinishReason: Int] = [:]
    public var iterationTokens = Histogram(bounds: [
        1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384,
    ])
    public var timeToFirstToken = Histogram(bounds: Self.firstTokenBounds)
    public var interTokenLatency = Histogram(bounds: Self.tokenBounds)
    public var timePerOutputToken = Histogram(bounds: Self.tokenBounds)
    public var endToEndLatency = Histogram(bounds: Self.requestBounds)
    public var queueTime = Histogram(bounds: Self.requestBounds)
    public var inferenceTime = Histogram(bounds: Self.requestBounds)
    public var prefillTime = Histogram(bounds: Self.requestBounds)
    public var decodeTime = Histogram(bounds: Self.requestBounds)
    public var requestPromptTokens: Histogram
    public var requestGenerationTokens: Histogram
    public var requestMaxTokens: Histogram
    public var requestComputedTokens: Histogram
    public var requestPreemptions = Histogram(bounds: [1, 2, 3, 4, 5, 10, 20])
    /// Requests refused for a full queue, by the flag that set the limit, all of them.
    public var numRejected: [(limit: String, count: Int)] = []
    public var requestN = Histogram(bounds: [1, 2, 5, 10, 20])

    init(maxModelLen: Int) {
        let tokens = Histogram(bounds: Histogram.oneTwoFive(to: maxModelLen))
        requestPromptTokens = tokens
        requestGenerationTokens = tokens
        requestMaxTokens = tokens
        requestComputedTokens = tokens
    }

    /// Nothing counted yet.
    package static var empty: MetricsSnapshot { MetricsSnapshot(maxModelLen: 1) }

    private static let firstTokenBounds = [
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160,
        640, 2560,
    ]
    private static let tokenBounds = [
        0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
    ]
    private static let requestBounds = [
        0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
    ]
}

/// Collects the engine's metrics from all threads.
package final class EngineMetrics: Sendable {
    private let state: Mutex<MetricsSnapshot>
    private let emitted: EmittedMetrics

    init(_ info: ModelInfo) {
        state = Mutex(MetricsSnapshot(maxModelLen: info.maxModelLen))
        emitted = EmittedMetrics(model: info.name)
    }

    /// A copy of everything.
    package var snapshot: MetricsSnapshot { state.withLock { $0 } }

    /// Takes in a step.
    func record(_ step: StepOutput) {
        let generated = step.outputs.reduce(0) { $0 + $1.newTokenIDs.count }
        state.withLock { state in
            state.scheduler = step.statistics
            guard step.numTokens > 0 else { return }
            state.steps += 1
            state.iterationTokens.observe(Double(step.numTokens))
            state.generationTokens += generated
        }
        emitted.record(step.statistics)
        if step.numTokens > 0 { emitted.recordStep(tokens: step.numTokens, generated: generated) }
    }

    /// Notes that nothing runs or waits any more, for the engine is gone.
    func recordDeath() {
        state.withLock { state in
            let numBlocks = state.scheduler.numBlocks
            state.scheduler = SchedulerStatistics()
            state.scheduler.numBlocks = numBlocks
        }
        emitted.record(SchedulerStatistics())
    }

    /// Takes in the arrival of a request.
    func recordArrival(numSequences: Int, maxTokens: Int) {
        state.withLock { state in
            state.requestN.observe(Double(numSequences))
            state.requestMaxTokens.observe(Double(maxTokens))
        }
    }

    /// Takes in that a sequence's stream was let go of before its end.
    func recordAbort() {
        state.withLock { $0.requestSuccess[.abort, default: 0] += 1 }
        emitted.recordEnd(.abort, after: nil)
    }

    /// Takes in the time between two tokens of a sequence, or between arrival and the first.
    func recordToken(after interval: Duration, isFirst: Bool, promptTokens: Int) {
        state.withLock { state in
            if isFirst {
                state.promptTokens += promptTokens
                state.timeToFirstToken.observe(interval.seconds)
            } else {
                state.interTokenLatency.observe(interval.seconds)
            }
        }
        emitted.recordToken(after: interval, isFirst: isFirst, promptTokens: promptTokens)
    }

    /// Takes in the end of a sequence.
    func recordEnd(
        _ reason: FinishReason, promptTokens: Int, cachedTokens: Int, tokens: Int, preemptions: Int,
        _ times: RequestMetrics
    ) {
        let end = times.lastToken ?? .now
        emitted.recordEnd(reason, after: end - times.arrival)
        state.withLock { state in
            state.requestSuccess[reason, default: 0] += 1
            state.requestPromptTokens.observe(Double(promptTokens))
            state.requestGenerationTokens.observe(Double(tokens))
            state.promptTokensCached += cachedTokens
            state.requestComputedTokens.observe(Double(promptTokens - cachedTokens))
            state.requestPreemptions.observe(Double(preemptions))
            state.endToEndLatency.observe((end - times.arrival).seconds)
            guard let scheduled = times.firstScheduled, let first = times.firstToken else { return }
            state.queueTime.observe((scheduled - times.arrival).seconds)
            state.inferenceTime.observe((end - scheduled).seconds)
            state.prefillTime.observe((first - scheduled).seconds)
            state.decodeTime.observe((end - first).seconds)
            if tokens > 1 { state.timePerOutputToken.observe((end - first).seconds / Double(tokens - 1)) }
        }
    }
}

extension Duration {
    /// The duration in seconds.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
