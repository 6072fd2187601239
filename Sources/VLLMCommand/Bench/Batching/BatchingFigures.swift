// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What one run of a workload came to.
package struct BatchingFigures: Sendable {
    /// Seconds from the start to the last token.
    package var duration = 0.0
    /// Steps.
    package var numSteps = 0
    /// Tokens of all prompts.
    package var inputTokens = 0
    /// The tokens that each request got, in the order of arrival.
    package var outputs: [[Int32]] = []
    /// Seconds from each request's arrival to its end, over the tokens it got.
    package var normalizedLatencies: [Double] = []
    /// Sequences that ran, summed over the steps.
    package var totalRunning = 0
    /// Sequences that ran at once, at most.
    package var peakRunning = 0
    /// Share of the pool's slots in blocks that sequences held, summed over the steps.
    package var totalHeld = 0.0
    /// Share of those slots that were empty and kept for tokens to come, summed over the steps.
    package var totalReserved = 0.0
    /// Share of those slots that no token ever came to, summed over the steps.
    package var totalFragmented = 0.0
    /// How often a sequence had to make room.
    package var numPreemptions = 0

    /// Creates the figures of nothing.
    package init() {}

    /// Tokens that were generated.
    package var outputTokens: Int { outputs.reduce(0) { $0 + $1.count } }
    /// Generated tokens a second.
    package var outputThroughput: Double { Double(outputTokens) / duration }
    /// Tokens a second, of prompts and generated.
    package var totalThroughput: Double { Double(inputTokens + outputTokens) / duration }
    /// Requests a second.
    package var requestThroughput: Double { Double(outputs.count) / duration }
    /// Mean over the requests of the seconds from arrival to end over generated tokens (Kwon et al., section 6.1).
    package var normalizedLatency: Double {
        normalizedLatencies.reduce(0, +) / Double(max(normalizedLatencies.count, 1))
    }
    /// Sequences that ran in a step, mean.
    package var meanRunning: Double { mean(Double(totalRunning)) }
    /// Share of the pool in blocks that sequences held, mean over the steps.
    package var heldShare: Double { mean(totalHeld) }
    /// Share of held slots that were kept for tokens to come, mean over the steps.
    package var reservedShare: Double { mean(totalReserved) }
    /// Share of held slots that no token ever came to, mean over the steps.
    package var fragmentedShare: Double { mean(totalFragmented) }
    /// Share of held slots without a token, mean over the steps.
    package var wasteShare: Double { reservedShare + fragmentedShare }

    private func mean(_ total: Double) -> Double { total / Double(max(numSteps, 1)) }
}
