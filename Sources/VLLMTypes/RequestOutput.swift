// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What a request has produced: all of it or what is new, as `SamplingParams.outputKind` says.
public struct RequestOutput: Sendable {
    /// The request's id.
    public var requestID: String
    /// The prompt as text, where it was given as text.
    public var prompt: String?
    /// The prompt's tokens.
    public var promptTokenIDs: [Int32]
    /// One entry a prompt token (the first is nil), where they were asked for; on the first output only in a
    /// stream of deltas.
    public var promptLogprobs: [PositionLogprobs?]?
    /// One a sequence; in a stream of deltas only those with something new.
    public var outputs: [CompletionOutput]
    /// True once every sequence has ended.
    public var finished: Bool
    /// Prompt tokens whose keys and values came from the prefix cache.
    public var numCachedTokens: Int
    /// When things happened; set on the last output.
    public var metrics: RequestMetrics?

    /// Creates an output.
    public init(
        requestID: String,
        prompt: String? = nil,
        promptTokenIDs: [Int32],
        promptLogprobs: [PositionLogprobs?]? = nil,
        outputs: [CompletionOutput],
        finished: Bool,
        numCachedTokens: Int = 0,
        metrics: RequestMetrics? = nil
    ) {
        self.requestID = requestID
        self.prompt = prompt
        self.promptTokenIDs = promptTokenIDs
        self.promptLogprobs = promptLogprobs
        self.outputs = outputs
        self.finished = finished
        self.numCachedTokens = numCachedTokens
        self.metrics = metrics
    }
}

/// One sequence of a request's output.
public struct CompletionOutput: Sendable {
    /// Which of the `n` sequences this is.
    public var index: Int
    /// The text.
    public var text: String
    /// The tokens.
    public var tokenIDs: [Int32]
    /// One entry a token, where they were asked for.
    public var logprobs: [PositionLogprobs]?
    /// Sum of the tokens' log-probabilities, where they were asked for; of all tokens even in a delta.
    public var cumulativeLogprob: Double?
    /// Why the sequence ended; nil while it runs.
    public var finishReason: FinishReason?
    /// What stopped it, where that was not the end-of-sequence token.
    public var stopReason: StopReason?

    /// Creates a sequence's output.
    public init(
        index: Int,
        text: String = "",
        tokenIDs: [Int32] = [],
        logprobs: [PositionLogprobs]? = nil,
        cumulativeLogprob: Double? = nil,
        finishReason: FinishReason? = nil,
        stopReason: StopReason? = nil
    ) {
        self.index = index
        self.text = text
        self.tokenIDs = tokenIDs
        self.logprobs = logprobs
        self.cumulativeLogprob = cumulativeLogprob
        self.finishReason = finishReason
        self.stopReason = stopReason
    }
}

/// When the things that matter happened to a request.
public struct RequestMetrics: Sendable, Hashable {
    /// When it entered the engine.
    public var arrival: ContinuousClock.Instant
    /// When it was first scheduled.
    public var firstScheduled: ContinuousClock.Instant?
    /// When its first token was there.
    public var firstToken: ContinuousClock.Instant?
    /// When its last token was there.
    public var lastToken: ContinuousClock.Instant?

    /// Creates the metrics of a request that has just arrived.
    public init(arrival: ContinuousClock.Instant) {
        self.arrival = arrival
    }
}
