// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Mean, median, spread and percentiles of a latency, in the unit of its values.
package struct LatencySummary: Sendable, Hashable {
    /// The arithmetic mean.
    package let mean: Double
    /// The 50th percentile.
    package let median: Double
    /// Over the whole population, as numpy's `std`.
    package let standardDeviation: Double
    /// One for each percentile that was asked for, in that order.
    package let percentiles: [Double]

    /// Summarizes values; all figures are 0 where there are none, as in vLLM.
    package init(_ values: [Double], percentiles wanted: [Double]) {
        let sorted = values.isEmpty ? [0] : values.sorted()
        let count = Double(sorted.count)
        let mean = sorted.reduce(0, +) / count
        self.mean = mean
        median = Self.percentile(50, of: sorted)
        standardDeviation = (sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        percentiles = wanted.map { Self.percentile($0, of: sorted) }
    }

    /// A percentile by linear interpolation between neighbours, as numpy's default.
    ///
    /// - Parameter sorted: ascending; 0 is given where it is empty.
    package static func percentile(_ percent: Double, of sorted: [Double]) -> Double {
        guard let last = sorted.last, percent.isFinite else { return 0 }
        let position = min(max(percent / 100, 0), 1) * Double(sorted.count - 1)
        let index = Int(position)
        let low = sorted[index]
        let high = index + 1 < sorted.count ? sorted[index + 1] : last
        let share = position - Double(index)
        return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share)
    }
}

/// The latencies of a request, by the names that vLLM's tables and files have for them.
package enum LatencyMetric: String, Sendable, CaseIterable {
    case ttft, tpot, itl, e2el

    /// The name in a row: `TTFT`.
    package var name: String { rawValue.uppercased() }

    /// The heading of its rows.
    package var heading: String {
        switch self {
        case .ttft: "Time to First Token"
        case .tpot: "Time per Output Token (excl. 1st token)"
        case .itl: "Inter-token Latency"
        case .e2el: "End-to-end Latency"
        }
    }

    /// Its values in milliseconds, over the requests that succeeded.
    package func milliseconds(_ records: some Sequence<RequestRecord>) -> [Double] {
        let successes = records.lazy.filter(\.isSuccessful)
        return switch self {
        case .ttft: successes.map { $0.timeToFirstToken * 1000 }
        case .tpot: successes.compactMap { $0.timePerOutputToken.map { $0 * 1000 } }
        case .itl: successes.flatMap { $0.interTokenLatencies.map { $0 * 1000 } }
        case .e2el: successes.map { $0.latency * 1000 }
        }
    }
}
