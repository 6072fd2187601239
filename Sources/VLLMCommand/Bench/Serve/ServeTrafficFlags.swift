// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Flags of `vllm bench serve` that say when requests are sent.
struct ServeTrafficFlags: ParsableArguments {
    @Option(help: "Requests a second; inf sends all at once.")
    var requestRate: Double = .infinity

    @Option(
        help: "1: a Poisson process; below: bursts; above: more even. Holds where --request-rate is finite.")
    var burstiness: Double = 1

    @Option(help: "Most requests under way at once (default: no limit).")
    var maxConcurrency: Int?

    @Option(help: "Requests that are sent ahead and not counted, all alike the first.")
    var numWarmups: Int = 0

    @Option(help: "Seconds to wait for the server to take connections.")
    var readyCheckTimeoutSec: Int = 0

    /// Checks the flags' ranges.
    func check() throws(UsageError) {
        guard requestRate >= 1e-6 else { throw UsageError("--request-rate should be at least 0.000001.") }
        guard burstiness >= 1e-3, burstiness <= 1e6 || burstiness == .infinity else {
            throw UsageError("--burstiness should be from 0.001 to 1000000, or inf.")
        }
        guard maxConcurrency ?? 1 >= 1 else { throw UsageError("--max-concurrency should be at least 1.") }
        guard (0...100_000).contains(numWarmups) else {
            throw UsageError("--num-warmups should be from 0 to 100000.")
        }
    }
}
