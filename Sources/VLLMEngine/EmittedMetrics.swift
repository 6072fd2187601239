// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Metrics
import VLLMTypes

/// The engine's metrics for whatever the program has bootstrapped swift-metrics with, by vLLM's names; nothing where
/// it has not.
///
/// `vllm serve` writes its own text from `MetricsSnapshot`, which has what swift-metrics has no type for.
struct EmittedMetrics: Sendable {
    private let running: Gauge
    private let waiting: Gauge
    private let cacheUsage: Gauge
    private let promptTokens: Counter
    private let generationTokens: Counter
    private let iterationTokens: Recorder
    private let timeToFirstToken: Metrics.Timer
    private let interTokenLatency: Metrics.Timer
    private let endToEndLatency: Metrics.Timer
    private let finished: [FinishReason: Counter]

    init(model: String) {
        let labels = [("model_name", model)]
        running = Gauge(label: "vllm:num_requests_running", dimensions: labels)
        waiting = Gauge(label: "vllm:num_requests_waiting", dimensions: labels)
        cacheUsage = Gauge(label: "vllm:kv_cache_usage_perc", dimensions: labels)
        promptTokens = Counter(label: "vllm:prompt_tokens_total", dimensions: labels)
        generationTokens = Counter(label: "vllm:generation_tokens_total", dimensions: labels)
        iterationTokens = Recorder(label: "vllm:iteration_tokens_total", dimensions: labels)
        timeToFirstToken = Metrics.Timer(label: "vllm:time_to_first_token_seconds", dimensions: labels)
        interTokenLatency = Metrics.Timer(label: "vllm:inter_token_latency_seconds", dimensions: labels)
        endToEndLatency = Metrics.Timer(label: "vllm:e2e_request_latency_seconds", dimensions: labels)
        finished = Dictionary(
            uniqueKeysWithValues: FinishReason.allCases.map { reason in
                let labels = labels + [("finished_reason", reason.rawValue)]
                return (reason, Counter(label: "vllm:request_success_total", dimensions: labels))
            })
    }

    func record(_ scheduler: SchedulerStatistics) {
        running.record(scheduler.numRunning)
        waiting.record(scheduler.numWaiting)
        cacheUsage.record(scheduler.kvCacheUsage)
    }

    func recordStep(tokens: Int, generated: Int) {
        iterationTokens.record(tokens)
        if generated > 0 { generationTokens.increment(by: generated) }
    }

    func recordToken(after interval: Duration, isFirst: Bool, promptTokens count: Int) {
        let nanoseconds = Int64(interval.seconds * 1e9)
        guard isFirst else { return interTokenLatency.recordNanoseconds(nanoseconds) }
        promptTokens.increment(by: count)
        timeToFirstToken.recordNanoseconds(nanoseconds)
    }

    func recordEnd(_ reason: FinishReason, after latency: Duration?) {
        finished[reason]?.increment()
        if let latency { endToEndLatency.recordNanoseconds(Int64(latency.seconds * 1e9)) }
    }
}
