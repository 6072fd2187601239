// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The requests whose prompts have about one length, and their latencies.
package struct LengthBucket: Sendable {
    /// Lengths of prompts in it: up to a power of two, from 128 on.
    package let lengths: ClosedRange<Int>
    /// Requests in it.
    package let count: Int
    /// Milliseconds by metric.
    package let latencies: [LatencyMetric: LatencySummary]

    /// Divides requests that succeeded; buckets without a request are left out.
    package static func divide(_ records: [RequestRecord], percentiles: [Double]) -> [LengthBucket] {
        Dictionary(grouping: records) { upperBound($0.promptTokens) }
            .sorted { $0.key < $1.key }
            .map { bound, records in
                LengthBucket(
                    lengths: (bound == 128 ? 0 : bound / 2 + 1)...bound, count: records.count,
                    latencies: ServeMetrics.summaries(records, percentiles))
            }
    }

    /// The bucket's lengths as text: `129-256`.
    package var name: String { "\(lengths.lowerBound)-\(lengths.upperBound)" }

    private static func upperBound(_ length: Int) -> Int {
        var bound = 128
        while bound < length, bound < 1 << 40 { bound *= 2 }
        return bound
    }
}
