// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The state of a scheduler after a step, for gauges and the log line.
public struct SchedulerStatistics: Sendable, Hashable {
    /// Sequences in the running batch.
    public var numRunning: Int = 0
    /// Sequences that wait.
    public var numWaiting: Int = 0
    /// Blocks in the pool.
    public var numBlocks: Int = 0
    /// Blocks that sequences hold.
    public var numUsedBlocks: Int = 0
    /// Prompt tokens looked up in the prefix cache, since the start.
    public var prefixCacheQueries: Int = 0
    /// Prompt tokens found there, since the start.
    public var prefixCacheHits: Int = 0
    /// Preemptions since the start.
    public var numPreemptions: Int = 0

    /// Creates empty statistics.
    public init() {}

    /// Share of the pool that sequences hold, in 0…1.
    public var kvCacheUsage: Double { numBlocks == 0 ? 0 : Double(numUsedBlocks) / Double(numBlocks) }
}
