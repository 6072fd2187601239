// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMEngine
import VLLMTypes

/// Makes the line that tells how busy the engine is, out of what was counted since the last one.
package struct StatisticsLog {
    private var last: MetricsSnapshot
    private var wasBusy = false

    /// Starts to count from a snapshot.
    package init(_ snapshot: MetricsSnapshot) { last = snapshot }

    /// The line for the time since the last call; nil where nothing happened, then or now.
    package mutating func line(_ snapshot: MetricsSnapshot, after interval: Duration) -> String? {
        let seconds = max(interval.seconds, 1e-9)
        let prompt = Double(snapshot.promptTokens - last.promptTokens) / seconds
        let generation = Double(snapshot.generationTokens - last.generationTokens) / seconds
        let queries = snapshot.scheduler.prefixCacheQueries - last.scheduler.prefixCacheQueries
        let hits = snapshot.scheduler.prefixCacheHits - last.scheduler.prefixCacheHits
        last = snapshot
        let scheduler = snapshot.scheduler
        let isBusy = prompt > 0 || generation > 0 || scheduler.numRunning > 0 || scheduler.numWaiting > 0
        // One line more after the work ended, so that the log does not stop at a busy one.
        defer { wasBusy = isBusy }
        guard isBusy || wasBusy else { return nil }
        let hitRate = queries == 0 ? 0 : 100 * Double(hits) / Double(queries)
        return "Engine 000: Avg prompt throughput: \(Self.tenths(prompt)) tokens/s, "
            + "Avg generation throughput: \(Self.tenths(generation)) tokens/s, "
            + "Running: \(scheduler.numRunning) reqs, Waiting: \(scheduler.numWaiting) reqs, "
            + "KV cache usage: \(Self.tenths(100 * scheduler.kvCacheUsage))%, "
            + "Prefix cache hit rate: \(Self.tenths(hitRate))%"
    }

    /// A number with one digit after the point.
    private static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
