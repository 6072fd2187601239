// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The figures of a run, defined as vLLM defines them.
package struct ServeMetrics: Sendable {
    /// Requests that succeeded.
    package let completed: Int
    /// Requests that did not.
    package let failed: Int
    /// Tokens of the prompts of requests that succeeded.
    package let totalInput: Int
    /// Tokens that those requests generated.
    package let totalOutput: Int
    /// Seconds from the first request to the end of the last.
    package let duration: Double
    /// Requests within the limits, a second; nil where there are no limits.
    package let requestGoodput: Double?
    /// Most chunks with a token in a second of the run, counted from the first request.
    package let peakOutputThroughput: Double
    /// Most requests that were under way within a second.
    package let peakConcurrency: Int
    /// Percentiles that the summaries hold.
    package let percentiles: [Double]
    /// Milliseconds by metric.
    package let latencies: [LatencyMetric: LatencySummary]
    /// The same by length of the prompt.
    package let buckets: [LengthBucket]

    /// Computes the figures of records.
    package init(
        _ records: [RequestRecord], duration: Double, percentiles: [Double], goodput: GoodputLimits
    ) {
        let successes = records.filter(\.isSuccessful)
        let seconds = max(duration, 1e-9)
        completed = successes.count
        failed = records.count - successes.count
        totalInput = successes.reduce(0) { $0 + $1.promptTokens }
        totalOutput = successes.reduce(0) { $0 + $1.outputTokens }
        self.duration = seconds
        requestGoodput =
            goodput.isEmpty ? nil : Double(successes.count { goodput.areKept(by: $0) }) / seconds
        (peakOutputThroughput, peakConcurrency) = Self.peaks(successes)
        self.percentiles = percentiles
        latencies = Self.summaries(successes, percentiles)
        buckets = LengthBucket.divide(successes, percentiles: percentiles)
    }

    /// Requests that succeeded, a second.
    package var requestThroughput: Double { Double(completed) / duration }
    /// Generated tokens a second.
    package var outputThroughput: Double { Double(totalOutput) / duration }
    /// Tokens of prompts and generated ones, a second.
    package var totalThroughput: Double { Double(totalInput + totalOutput) / duration }

    /// A summary of every metric, in milliseconds.
    static func summaries(_ records: [RequestRecord], _ percentiles: [Double]) -> [LatencyMetric:
        LatencySummary]
    {
        var result: [LatencyMetric: LatencySummary] = [:]
        for metric in LatencyMetric.allCases {
            result[metric] = LatencySummary(metric.milliseconds(records), percentiles: percentiles)
        }
        return result
    }

    private static func peaks(_ records: [RequestRecord]) -> (throughput: Double, concurrency: Int) {
        let start = records.reduce(Double.infinity) { min($0, $1.startTime) }
        var tokens: [Int: Int] = [:]
        var changes: [Int: Int] = [:]
        for record in records {
            var time = record.startTime + record.timeToFirstToken - start
            tokens[second(time), default: 0] += 1
            for gap in record.interTokenLatencies {
                time += gap
                tokens[second(time), default: 0] += 1
            }
            changes[second(record.startTime - start), default: 0] += 1
            changes[second(record.startTime + record.latency - start) + 1, default: 0] -= 1
        }
        var (running, most) = (0, 0)
        for (_, change) in changes.sorted(by: { $0.key < $1.key }) {
            running += change
            most = max(most, running)
        }
        return (Double(tokens.values.max() ?? 0), most)
    }

    private static func second(_ time: Double) -> Int { Int(min(max(time, 0), 1e9)) }
}
