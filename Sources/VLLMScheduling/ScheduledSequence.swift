// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTypes

/// What the scheduler knows of one sequence.
struct ScheduledSequence: Sendable {
    /// Where a sequence stands.
    enum Status: Sendable, Hashable {
        /// Holds no blocks, and the runner does not know it.
        case waiting
        /// Holds blocks for all its tokens, and the runner holds its state.
        case running
        /// Has ended; its slot is not reused before `Scheduler.sweep`.
        case ended
    }

    private(set) var request: EngineRequest
    let rank: SchedulingPolicy.Rank
    var status = Status.waiting
    /// Prompt and output.
    var tokenIDs: [Int32]
    /// Tokens whose keys and values are in its blocks.
    var numComputedTokens = 0
    var blockTable = BlockTable()
    /// Prompt tokens found in the prefix cache at the first admission.
    var numCachedTokens = 0
    /// How often its blocks were taken.
    var numPreemptions = 0
    var firstScheduled: ContinuousClock.Instant?
    /// The first prompt position whose log-probabilities have not left the engine; the first token has none.
    var nextPromptLogprob = 1

    init(_ request: EngineRequest, rank: SchedulingPolicy.Rank) {
        self.request = request
        self.rank = rank
        tokenIDs = request.promptTokenIDs
    }

    /// Tokens that a step can compute.
    var numUncomputedTokens: Int { tokenIDs.count - numComputedTokens }

    /// True where the logits of every prompt position are needed, so that none may come from the cache.
    private var needsPromptLogprobs: Bool {
        request.params.promptLogprobs != nil && nextPromptLogprob < request.promptTokenIDs.count
    }

    /// Returns the longest cached prefix that may be used.
    func lookUp(in kvCache: borrowing KVCacheManager) -> PrefixHit {
        guard !needsPromptLogprobs else { return kvCache.noHit }
        return kvCache.lookUp(tokenIDs.span, salt: request.cacheSalt)
    }

    /// The hash of the block that it will publish next; nil where nobody would look for it.
    func nextHash(in kvCache: borrowing KVCacheManager) -> UInt64? {
        kvCache.nextHash(blockTable, tokenIDs: tokenIDs.span, salt: request.cacheSalt)
    }

    /// Tokens that it can have by its request, where any sequence can have `maximumLength`.
    func lengthLimit(_ maximumLength: Int) -> Int {
        let promptLength = request.promptTokenIDs.count
        return promptLength + min(request.params.maxTokens ?? .max, maximumLength - promptLength)
    }

    /// Takes blocks for so many tokens, all that it has and the next one at least; false, and nothing done, where
    /// they do not fit.
    mutating func allocate(_ numTokens: Int, in kvCache: inout KVCacheManager, sharing hit: PrefixHit) -> Bool
    {
        guard kvCache.allocate(&blockTable, numTokens: numTokens, sharing: hit) else { return false }
        numComputedTokens = hit.blockIDs.count * kvCache.blockSize
        return true
    }

    /// Takes a block for the last token where it needs one, and returns the chunk that computes it; nil, and
    /// nothing done, where there is no block.
    mutating func decode(in kvCache: inout KVCacheManager) -> SchedulerOutput.Chunk? {
        guard let newBlockIDs = kvCache.grow(&blockTable, numTokens: tokenIDs.count) else { return nil }
        return chunk(numTokens: 1, newBlockIDs: newBlockIDs)
    }

    /// Gives back all blocks.
    mutating func free(in kvCache: inout KVCacheManager) {
        kvCache.free(&blockTable)
        numComputedTokens = 0
    }

    /// Drops what takes memory, since a slot outlives its sequence.
    mutating func clear() {
        request.promptTokenIDs = []
        request.params = SamplingParams()
        tokenIDs = []
    }

    /// Returns a chunk of so many tokens.
    func chunk(numTokens: Int, newBlockIDs: IDList = IDList()) -> SchedulerOutput.Chunk {
        SchedulerOutput.Chunk(
            id: request.id, numComputedTokens: numComputedTokens, numTokens: numTokens,
            newBlockIDs: newBlockIDs, samples: numTokens == numUncomputedTokens)
    }
}
