// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What a request must keep to count for goodput, in milliseconds.
package struct GoodputLimits: Sendable, Hashable {
    /// Limits by metric; the inter-token latency has none.
    package private(set) var limits: [LatencyMetric: Double] = [:]

    /// Reads limits such as `ttft:500`.
    package init(_ pairs: [String]) throws(UsageError) {
        for pair in pairs.flatMap({ $0.split { $0 == " " || $0 == "," } }) {
            let parts = pair.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let metric = LatencyMetric(rawValue: String(parts[0])), metric != .itl,
                let value = Double(parts[1]), value >= 0
            else {
                throw UsageError(
                    "--goodput: '\(pair)' should be ttft, tpot or e2el with milliseconds, as ttft:500."
                )
            }
            limits[metric] = value
        }
    }

    /// True where nothing is asked for.
    package var isEmpty: Bool { limits.isEmpty }

    /// True where a request succeeded within all limits; a single token has a time per output token of 0.
    package func areKept(by record: RequestRecord) -> Bool {
        guard record.isSuccessful else { return false }
        return limits.allSatisfy { metric, limit in
            let seconds =
                switch metric {
                case .ttft: record.timeToFirstToken
                case .tpot: record.timePerOutputToken ?? 0
                case .itl, .e2el: record.latency
                }
            return seconds <= limit / 1000
        }
    }
}
