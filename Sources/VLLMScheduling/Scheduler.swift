// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTypes

/// Decides what each step computes: values in, a plan out.
///
/// Prefill and decode are not phases, only numbers of tokens under one budget. Every decoding sequence gets
/// its token in every step; what is left of the budget goes to prompts in rank order. A sequence is admitted
/// when blocks for all its tokens and the next one are free, and gets them at once, so only decoding can run
/// out of blocks: then the running sequence of the highest rank is preempted, to be computed again later. The
/// one of the lowest rank is never preempted, so the work always ends.
///
/// A step is `schedule`, the runner's work, `update`; `add` and `abort` may come between any two of them.
package struct Scheduler: Sendable {
    /// The limits and choices.
    package let config: SchedulerConfig
    var sequences = SequenceTable()
    /// Slots of the running batch in rank order; those that have ended are there until the next plan.
    var running: [Int] = []
    var waiting = WaitingQueue()
    var kvCache: KVCacheManager
    /// Sequences that ended since the last plan, and that the runner holds.
    var releases: [SequenceID] = []
    /// Slots in `running` whose sequences have ended.
    var endedSlots: [Int] = []
    var numArrivals: UInt64 = 0
    /// What has been counted since the start.
    var counters = SchedulerStatistics()

    /// Creates a scheduler of an empty pool; throws where the configuration makes no sense.
    ///
    /// - Parameter makePolicy: makes what chooses the cached blocks that are given up; nil takes the least recently
    ///   used.
    package init(
        config: SchedulerConfig, makePolicy: (@Sendable () -> any KVEvictionPolicy)? = nil
    ) throws(SchedulingError) {
        try config.validate()
        self.config = config
        kvCache = KVCacheManager(
            numBlocks: config.numBlocks, blockSize: config.blockSize,
            enablePrefixCaching: config.enablePrefixCaching, makePolicy: makePolicy)
    }

    /// Tokens that one sequence can have, prompt and output together; where it has them it ends with
    /// `length`.
    package var maximumSequenceLength: Int { config.maximumSequenceLength }

    /// True while a sequence waits or runs.
    package var hasUnfinishedRequests: Bool { sequences.count > 0 }

    /// True where `schedule` has something to say: a sequence waits or runs, or the runner is to forget one.
    package var hasWork: Bool { hasUnfinishedRequests || !releases.isEmpty }

    /// Adds a request, whose id is new and whose prompt is neither empty nor as long as
    /// `maximumSequenceLength`: whoever takes requests in refuses those before.
    package mutating func add(_ request: EngineRequest) {
        let length = request.promptTokenIDs.count
        precondition(
            length > 0 && length < maximumSequenceLength,
            "the prompt of \(request.id) has \(length) tokens, not 1 to \(maximumSequenceLength - 1)"
        )
        let rank = config.policy.rank(of: request, arrival: numArrivals)
        numArrivals += 1
        waiting.insert(sequences.insert(ScheduledSequence(request, rank: rank)), rank: rank)
    }

    /// Ends a sequence without a result and frees its blocks at once; the next plan tells the runner.
    ///
    /// A result of a step that is under way is dropped. False where the sequence has ended or never was.
    package mutating func abort(_ id: SequenceID) -> Bool {
        guard let slot = sequences.slot(of: id) else { return false }
        end(slot)
        return true
    }

    /// Forgets all cached prefixes, as after a change of the weights. What runs keeps its blocks and
    /// publishes no more.
    package mutating func resetPrefixCache() {
        kvCache.resetPrefixCache()
    }

    /// The state now, and what has been counted since the start.
    package var statistics: SchedulerStatistics {
        var statistics = counters
        statistics.numWaiting = waiting.count
        statistics.numRunning = sequences.count - waiting.count
        statistics.numBlocks = config.numBlocks
        statistics.numUsedBlocks = config.numBlocks - kvCache.pool.numFree
        return statistics
    }

    /// Ends a sequence, wherever it stands.
    mutating func end(_ slot: Int) {
        if sequences[slot].status == .waiting {
            waiting.remove(rank: sequences[slot].rank)
            sequences.end(slot)
            sequences.vacate(slot)
        } else {
            releases.append(sequences[slot].request.id)
            sequences[slot].free(in: &kvCache)
            sequences.end(slot)
            endedSlots.append(slot)
        }
    }

    /// Drops ended sequences from the running batch, all in one pass.
    mutating func sweep() {
        guard !endedSlots.isEmpty else { return }
        running.removeAll { sequences[$0].status == .ended }
        for slot in endedSlots { sequences.vacate(slot) }
        endedSlots.removeAll(keepingCapacity: true)
    }
}
