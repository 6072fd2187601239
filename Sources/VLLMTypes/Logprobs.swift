// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The log-probability of one token, of the model's distribution before any sampling parameter.
public struct TokenLogprob: Sendable, Hashable {
    /// The token.
    public var tokenID: Int32
    /// Natural logarithm of its probability.
    public var logprob: Float
    /// Its place in the distribution; the likeliest token has rank 1.
    public var rank: Int

    /// Creates a token's log-probability.
    public init(tokenID: Int32, logprob: Float, rank: Int) {
        self.tokenID = tokenID
        self.logprob = logprob
        self.rank = rank
    }
}

/// The log-probabilities at one position: the chosen (or prompt) token and the likeliest alternatives.
public struct PositionLogprobs: Sendable, Hashable {
    /// The token that stands at this position.
    public var chosen: TokenLogprob
    /// The likeliest tokens in falling order, as many as were asked for; may hold the chosen token.
    public var top: [TokenLogprob]

    /// Creates the log-probabilities of a position.
    public init(chosen: TokenLogprob, top: [TokenLogprob]) {
        self.chosen = chosen
        self.top = top
    }
}
