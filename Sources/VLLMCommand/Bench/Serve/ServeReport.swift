// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The table at the end of a run, with vLLM's names for its rows.
package struct ServeReport: Sendable {
    let metrics: ServeMetrics
    /// Metrics whose latencies are shown.
    let shown: [LatencyMetric]
    /// Requests a second that were asked for; infinite: all at once.
    let requestRate: Double
    let maxConcurrency: Int?

    /// Creates a report.
    package init(
        metrics: ServeMetrics, shown: [LatencyMetric] = LatencyMetric.allCases,
        requestRate: Double = .infinity, maxConcurrency: Int? = nil
    ) {
        self.metrics = metrics
        self.shown = shown
        self.requestRate = requestRate
        self.maxConcurrency = maxConcurrency
    }

    /// The lines of the table.
    package var table: [String] {
        var lines = [Self.heading(" Serving Benchmark Result ", "=")] + counts + throughputs
        for metric in shown { lines += rows(metric) }
        if metrics.buckets.count > 1 { lines += bucketRows }
        return lines + [String(repeating: "=", count: 50)]
    }

    private var counts: [String] {
        var lines = [
            Self.row("Successful requests:", "\(metrics.completed)"),
            Self.row("Failed requests:", "\(metrics.failed)"),
        ]
        if let maxConcurrency {
            lines.append(Self.row("Maximum request concurrency:", "\(maxConcurrency)"))
        }
        if requestRate < .infinity {
            lines.append(Self.row("Request rate configured (RPS):", requestRate))
        }
        return lines + [
            Self.row("Benchmark duration (s):", metrics.duration),
            Self.row("Total input tokens:", "\(metrics.totalInput)"),
            Self.row("Total generated tokens:", "\(metrics.totalOutput)"),
        ]
    }

    private var throughputs: [String] {
        var lines = [Self.row("Request throughput (req/s):", metrics.requestThroughput)]
        if let goodput = metrics.requestGoodput {
            lines.append(Self.row("Request goodput (req/s):", goodput))
        }
        return lines + [
            Self.row("Output token throughput (tok/s):", metrics.outputThroughput),
            Self.row("Peak output token throughput (tok/s):", metrics.peakOutputThroughput),
            Self.row("Peak concurrent requests:", Double(metrics.peakConcurrency)),
            Self.row("Total token throughput (tok/s):", metrics.totalThroughput),
        ]
    }

    private func rows(_ metric: LatencyMetric) -> [String] {
        guard let summary = metrics.latencies[metric] else { return [] }
        var lines = [
            Self.heading(metric.heading, "-"),
            Self.row("Mean \(metric.name) (ms):", summary.mean),
            Self.row("Median \(metric.name) (ms):", summary.median),
        ]
        for (percent, value) in zip(metrics.percentiles, summary.percentiles) {
            lines.append(Self.row("P\(Self.word(percent)) \(metric.name) (ms):", value))
        }
        return lines
    }

    /// A line for each metric of each bucket; this part of the table is not vLLM's.
    private var bucketRows: [String] {
        let names = ["Mean", "Median"] + metrics.percentiles.map { "P\(Self.word($0))" }
        var lines = [
            Self.heading("Latency by Input Length (ms)", "-"),
            Self.columns("Tokens", "Requests", "", names),
        ]
        for bucket in metrics.buckets {
            for (index, metric) in shown.enumerated() {
                guard let summary = bucket.latencies[metric] else { continue }
                let values = ([summary.mean, summary.median] + summary.percentiles).map(Self.number)
                let isFirst = index == 0
                lines.append(
                    Self.columns(
                        isFirst ? bucket.name : "", isFirst ? "\(bucket.count)" : "", metric.name, values))
            }
        }
        return lines
    }

    /// A percentile as vLLM names it: `99`, `99.9`.
    static func word(_ percent: Double) -> String {
        Int(exactly: percent).map { "\($0)" } ?? "\(percent)"
    }

    private static func columns(_ first: String, _ second: String, _ third: String, _ rest: [String])
        -> String
    {
        let start = padded(first, to: 14) + padded(second, to: 10) + padded(third, to: 5)
        return rest.reduce(start) { line, text in
            line + String(repeating: " ", count: max(1, 11 - text.count)) + text
        }
    }

    private static func number(_ value: Double) -> String { Quantity.fixed(value, digits: 2) }

    private static func row(_ name: String, _ value: Double) -> String { row(name, number(value)) }

    private static func row(_ name: String, _ value: String) -> String {
        padded(name, to: 40) + " " + padded(value, to: 10)
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func heading(_ text: String, _ fill: Character) -> String {
        let room = max(0, 50 - text.count)
        let left = String(repeating: fill, count: room / 2)
        return left + text + String(repeating: fill, count: room - room / 2)
    }
}
