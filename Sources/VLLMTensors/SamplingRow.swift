// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// How one row of logits becomes a token; a plain value, so that it can be done on any device.
package struct SamplingRow: Sendable {
    /// Below 1e-5 the likeliest token is taken.
    package var temperature: Float = 0
    package var topK: Int = 0
    package var topP: Float = 1
    package var minP: Float = 0
    /// The draw, in [0, 1).
    package var uniform: Double = 0
    /// Alternatives to report from the unedited logits; nil reports nothing, −1 the vocabulary.
    package var numLogprobs: Int?
    /// Changes to the logits, in the order in which they are made.
    package var edits: [LogitEdit] = []
    /// Code that the row passes where `edits` says so, and that may choose the token.
    package var hook: (any LogitsHook)?

    package init() {}
}

/// A change to a row of logits before the draw.
package enum LogitEdit: Sendable {
    /// All others become −∞.
    case allow([Int32])
    /// These become −∞.
    case ban([Int32])
    /// Added to the logits.
    case bias([(token: Int32, value: Float)])
    /// Positive logits are divided and negative ones multiplied; each token once.
    case repetitionPenalty(tokens: [Int32], penalty: Float)
    /// What the row's hook makes of them.
    case hook
}

/// The log-probabilities of a row: of one token and of the likeliest.
package struct RowLogprobs: Sendable {
    package var token: Int32
    package var logprob: Float
    /// 1 is the likeliest.
    package var rank: Int
    package var topTokens: [Int32]
    package var topLogprobs: [Float]

    package init(token: Int32, logprob: Float, rank: Int, topTokens: [Int32], topLogprobs: [Float]) {
        self.token = token
        self.logprob = logprob
        self.rank = rank
        self.topTokens = topTokens
        self.topLogprobs = topLogprobs
    }
}

/// The token of a row.
package struct SampledRow: Sendable {
    /// −1 where no logit is a number.
    package var token: Int32
    package var logprobs: RowLogprobs?
    /// Why the row's hook gave no token.
    package var failure: String?

    package init(token: Int32, logprobs: RowLogprobs? = nil, failure: String? = nil) {
        self.token = token
        self.logprobs = logprobs
        self.failure = failure
    }
}
