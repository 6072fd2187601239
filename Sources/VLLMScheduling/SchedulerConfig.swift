// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The limits and choices of a `Scheduler`, by vLLM's names.
package struct SchedulerConfig: Sendable, Hashable {
    /// Sequences in the running batch at most.
    package var maxNumSeqs: Int
    /// Tokens a step at most; at least `maxNumSeqs`, so that every running sequence can decode in every step.
    package var maxNumBatchedTokens: Int
    /// Tokens of one sequence at most, prompt and output together.
    package var maxModelLen: Int
    /// Tokens a block.
    package var blockSize: Int
    /// Blocks in the pool.
    package var numBlocks: Int
    /// Lets sequences share the blocks of equal prefixes.
    package var enablePrefixCaching: Bool
    /// Lets a prompt be computed over several steps; without it `maxNumBatchedTokens` is at least
    /// `maxModelLen`.
    package var enableChunkedPrefill: Bool
    /// Whose turn it is.
    package var policy: SchedulingPolicy
    /// Tokens of one prompt that a step computes at most; 0 sets no limit, and so does a prompt in one piece.
    package var longPrefillTokenThreshold: Int
    /// When waiting sequences join the batch; the default is what an engine does.
    package var batching = BatchingMode.continuous
    /// What a sequence is given at its admission; the default is what an engine does.
    package var reservation = KVReservation.paged

    /// Creates a configuration; `Scheduler.init` checks it.
    package init(
        maxNumSeqs: Int,
        maxNumBatchedTokens: Int,
        maxModelLen: Int,
        blockSize: Int = 16,
        numBlocks: Int,
        enablePrefixCaching: Bool = true,
        enableChunkedPrefill: Bool = true,
        policy: SchedulingPolicy = .fcfs,
        longPrefillTokenThreshold: Int = 0
    ) {
        self.maxNumSeqs = maxNumSeqs
        self.maxNumBatchedTokens = maxNumBatchedTokens
        self.maxModelLen = maxModelLen
        self.blockSize = blockSize
        self.numBlocks = numBlocks
        self.enablePrefixCaching = enablePrefixCaching
        self.enableChunkedPrefill = enableChunkedPrefill
        self.policy = policy
        self.longPrefillTokenThreshold = longPrefillTokenThreshold
    }

    /// Tokens that one sequence can have: what the model allows, if the pool can hold it.
    package var maximumSequenceLength: Int {
        let (numSlots, overflows) = numBlocks.multipliedReportingOverflow(by: blockSize)
        return overflows ? maxModelLen : min(maxModelLen, numSlots)
    }

    /// Throws for the first value with which the scheduler could not keep its promises.
    package func validate() throws(SchedulingError) {
        try Self.check(maxNumSeqs >= 1, "maxNumSeqs", "must be at least 1, got \(maxNumSeqs)")
        try Self.check(blockSize >= 1, "blockSize", "must be at least 1, got \(blockSize)")
        try Self.check(
            numBlocks >= 1 && numBlocks < Int(Int32.max), "numBlocks",
            "must be in [1, \(Int32.max - 1)], got \(numBlocks)")
        try Self.check(maxModelLen >= 2, "maxModelLen", "must be at least 2, got \(maxModelLen)")
        try Self.check(
            maximumSequenceLength >= 2, "numBlocks",
            "must hold a prompt token and an output token, got \(numBlocks) of \(blockSize) tokens")
        try Self.check(
            maxNumBatchedTokens >= maxNumSeqs, "maxNumBatchedTokens",
            "must be at least maxNumSeqs (\(maxNumSeqs)), got \(maxNumBatchedTokens)")
        try Self.check(
            enableChunkedPrefill || maxNumBatchedTokens >= maxModelLen, "maxNumBatchedTokens",
            "must reach maxModelLen (\(maxModelLen)) without chunked prefill, got \(maxNumBatchedTokens)"
        )
        try Self.check(
            longPrefillTokenThreshold >= 0, "longPrefillTokenThreshold",
            "must be at least 0, got \(longPrefillTokenThreshold)")
    }

    private static func check(
        _ holds: Bool, _ parameter: String, _ message: @autoclosure () -> String
    ) throws(SchedulingError) {
        guard !holds else { return }
        throw SchedulingError(parameter, "\(parameter) \(message()).")
    }
}
