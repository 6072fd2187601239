// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The plan of one step: who computes how many tokens, and where their keys and values go.
package struct SchedulerOutput: Sendable {
    /// A sequence that the runner does not hold (new, or resumed after a preemption), with all it needs.
    package struct NewSequence: Sendable {
        package var request: EngineRequest
        /// Prompt and, after a preemption, the output so far.
        package var tokenIDs: [Int32]
        /// Every block of the sequence.
        package var blockIDs: [Int32]

        package init(request: EngineRequest, tokenIDs: [Int32], blockIDs: [Int32]) {
            self.request = request
            self.tokenIDs = tokenIDs
            self.blockIDs = blockIDs
        }
    }

    /// One sequence's share of the step.
    package struct Chunk: Sendable, Hashable {
        package var id: SequenceID
        /// Tokens whose keys and values are in the cache already.
        package var numComputedTokens: Int
        /// Tokens to compute now, at least 1.
        package var numTokens: Int
        /// Blocks added to the sequence's table (empty for a `NewSequence`, whose table is whole).
        package var newBlockIDs: IDList
        /// True where the chunk reaches the sequence's last token, so that the next one is sampled.
        package var samples: Bool

        package init(
            id: SequenceID, numComputedTokens: Int, numTokens: Int, newBlockIDs: IDList, samples: Bool
        ) {
            self.id = id
            self.numComputedTokens = numComputedTokens
            self.numTokens = numTokens
            self.newBlockIDs = newBlockIDs
            self.samples = samples
        }
    }

    /// Sequences to take in before the step.
    package var newSequences: [NewSequence] = []
    /// The step's work, in batch order.
    package var chunks: [Chunk] = []
    /// Sequences to forget before the step: ended, cancelled or preempted.
    package var released: [SequenceID] = []
    /// Blocks whose content is copied before the step (copy on write).
    package var blockCopies: [(from: Int32, to: Int32)] = []

    package init() {}

    /// Tokens of the step.
    package var numTokens: Int { chunks.reduce(0) { $0 + $1.numTokens } }
}

/// What a step computed.
package struct ModelRunnerOutput: Sendable {
    /// One sequence's result.
    package struct Result: Sendable {
        package var id: SequenceID
        /// The tokens chosen, in order: empty where the chunk did not reach the sequence's end.
        package var sampledTokenIDs: IDList
        /// One entry a sampled token where log-probabilities were asked for, else empty.
        package var logprobs: [PositionLogprobs]
        /// Log-probabilities of prompt tokens, the first of which stands at position `start`.
        package var promptLogprobs: (start: Int, entries: [PositionLogprobs])?
        /// Why this sequence cannot go on (its logits are not numbers, a plug-in failed).
        package var failure: String?

        package init(id: SequenceID, sampledTokenIDs: IDList = IDList(), logprobs: [PositionLogprobs] = []) {
            self.id = id
            self.sampledTokenIDs = sampledTokenIDs
            self.logprobs = logprobs
        }
    }

    /// One a chunk, in the order of the plan.
    package var results: [Result]

    package init(results: [Result]) { self.results = results }
}

/// What happened to one sequence in a step, for the front end.
package struct EngineCoreOutput: Sendable {
    package var id: SequenceID
    package var newTokenIDs = IDList()
    package var logprobs: [PositionLogprobs] = []
    package var promptLogprobs: (start: Int, entries: [PositionLogprobs])?
    package var finishReason: FinishReason?
    package var stopReason: StopReason?
    /// Prompt tokens found in the prefix cache when it was first admitted.
    package var numCachedTokens: Int = 0
    /// How often it had to make room for others.
    package var numPreemptions: Int = 0
    /// Why it failed, where `finishReason` is `error`.
    package var failure: String?
    /// When it was first scheduled.
    package var firstScheduled: ContinuousClock.Instant?

    package init(id: SequenceID) { self.id = id }
}
