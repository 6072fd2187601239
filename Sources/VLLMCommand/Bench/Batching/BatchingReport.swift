// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMJSON
package import VLLMScheduling

/// A comparison as a table and as JSON; ratios are to the first variant.
package struct BatchingReport: Sendable {
    private let medians: [(variant: BatchingVariant, figures: BatchingFigures)]
    /// Limits and pool, alike for all variants.
    package let config: SchedulerConfig

    /// Creates the report of a comparison under a configuration.
    package init(_ comparison: BatchingComparison, config: SchedulerConfig) {
        medians = comparison.medians
        self.config = config
    }

    /// The lines of the table, and one before it on the work.
    package var lines: [String] {
        guard let first = medians.first?.figures else { return [] }
        let count = first.outputs.count
        let slots = Quantity.grouped(config.numBlocks * config.blockSize)
        let header = [
            "mode", "total tok/s", "output tok/s", "of \(medians[0].variant.rawValue)", "req/s", "s/token",
            "running", "at most", "pool held", "reserved", "fragments", "preempted",
        ]
        return [
            "\(Quantity.count(count, "request")), \(mean(first.inputTokens, count)) tokens in and "
                + "\(mean(first.outputTokens, count)) out on average; a pool of \(slots) tokens, "
                + "\(config.maxNumSeqs) sequences of \(Quantity.grouped(config.maxModelLen)) tokens at most",
            "",
        ] + TextTable.lines([header] + medians.map { row($0.variant, $0.figures) })
    }

    private func row(_ variant: BatchingVariant, _ figures: BatchingFigures) -> [String] {
        [
            variant.rawValue, Quantity.fixed(figures.totalThroughput, digits: 1),
            Quantity.fixed(figures.outputThroughput, digits: 1),
            "\(Quantity.fixed(ratio(figures), digits: 2))×",
            Quantity.fixed(figures.requestThroughput, digits: 2),
            Quantity.fixed(figures.normalizedLatency, digits: 4),
            Quantity.fixed(figures.meanRunning, digits: 1), "\(figures.peakRunning)",
            percent(figures.heldShare), percent(figures.reservedShare), percent(figures.fragmentedShare),
            "\(figures.numPreemptions)",
        ]
    }

    /// The figures of every variant.
    package var json: [JSONValue] {
        medians.map { variant, figures in
            [
                "mode": .string(variant.rawValue), "duration_seconds": .number(figures.duration),
                "steps": .integer(figures.numSteps), "input_tokens": .integer(figures.inputTokens),
                "output_tokens": .integer(figures.outputTokens),
                "total_tokens_per_second": .number(figures.totalThroughput),
                "output_tokens_per_second": .number(figures.outputThroughput),
                "output_tokens_per_second_ratio": .number(ratio(figures)),
                "requests_per_second": .number(figures.requestThroughput),
                "mean_normalized_latency_seconds": .number(figures.normalizedLatency),
                "mean_running": .number(figures.meanRunning), "peak_running": .integer(figures.peakRunning),
                "pool_held_share": .number(figures.heldShare), "kv_waste_share": .number(figures.wasteShare),
                "kv_reserved_share": .number(figures.reservedShare),
                "kv_fragmented_share": .number(figures.fragmentedShare),
                "preemptions": .integer(figures.numPreemptions),
            ]
        }
    }

    private func ratio(_ figures: BatchingFigures) -> Double {
        figures.outputThroughput / (medians.first?.figures.outputThroughput ?? 1)
    }

    private func mean(_ total: Int, _ count: Int) -> String {
        Quantity.fixed(Double(total) / Double(max(count, 1)), digits: 0)
    }

    private func percent(_ share: Double) -> String { "\(Quantity.fixed(share * 100, digits: 1)) %" }
}
