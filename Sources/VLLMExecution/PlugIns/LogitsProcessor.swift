// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMTypes

/// Changes the logits of one sequence's tokens, behind biases and bans and before penalties.
///
/// An instance belongs to one sequence and is called once a token, on any of the engine's threads. It may keep state,
/// but only to save work: an instance may be made anew at any position, after a preemption or a restart, and must then
/// do what the old one would have done. So whatever it does follows from the context it is given.
///
/// What it throws ends the request with that message; so does a logit that is not a number. −∞ bans a token.
public protocol LogitsProcessor: Sendable {
    /// Changes the logits of the next token, `[vocabulary]`.
    mutating func process(_ logits: inout MutableSpan<Float>, _ context: SamplingContext) throws
}

/// Chooses one sequence's tokens from their edited logits, in place of temperature, truncation and draw.
///
/// An instance belongs to one sequence, under the same rules as a `LogitsProcessor`.
public protocol TokenSampler: Sendable {
    /// Chooses the next token from logits, `[vocabulary]`, that temperature has not touched.
    mutating func sample(_ logits: Span<Float>, _ context: SamplingContext) throws -> Int32
}

/// What a plug-in is told of the sequence whose next token is chosen.
public struct SamplingContext: Sendable {
    /// The prompt.
    public let promptTokenIDs: ArraySlice<Int32>
    /// What was generated so far.
    public let outputTokenIDs: ArraySlice<Int32>
    /// How the request wants its tokens to be chosen.
    public let params: SamplingParams
    /// The draw of this position, in [0, 1): the same for the same seed, sequence and position, and independent of
    /// everything else.
    public let uniform: Double

    /// Creates a context, for tests of plug-ins.
    public init(
        promptTokenIDs: ArraySlice<Int32>, outputTokenIDs: ArraySlice<Int32>, params: SamplingParams,
        uniform: Double
    ) {
        self.promptTokenIDs = promptTokenIDs
        self.outputTokenIDs = outputTokenIDs
        self.params = params
        self.uniform = uniform
    }
}
