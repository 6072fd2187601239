// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMJSON

/// Says how tokens are chosen for one request, by vLLM's names, defaults and ranges.
public struct SamplingParams: Sendable, Hashable {
    /// Completions per prompt, in 1…16384; 1 when greedy.
    public var n: Int
    /// Softmax temperature in [0, 2]; below 1e-5 the choice is greedy.
    public var temperature: Double
    /// The k most likely tokens are kept; 0 and −1 keep all.
    public var topK: Int
    /// The smallest set of tokens whose probability reaches this is kept, in (0, 1].
    public var topP: Double
    /// Tokens below this share of the likeliest token's probability are dropped, in [0, 1].
    public var minP: Double
    /// Subtracted once from the logit of a token that was generated, in [−2, 2].
    public var presencePenalty: Double
    /// Subtracted from a token's logit for each time it was generated, in [−2, 2].
    public var frequencyPenalty: Double
    /// Divides positive and multiplies negative logits of tokens in the prompt or output; finite and > 0.
    public var repetitionPenalty: Double
    /// Added to the logit of each named token; clamped to [−100, 100].
    public var logitBias: [Int32: Float]
    /// Only these tokens may be chosen; nil allows all.
    public var allowedTokenIDs: [Int32]?
    /// Words that must not appear.
    public var badWords: [String]
    /// The same, as token ids; filled by the input processor.
    public var badWordsTokenIDs: [[Int32]]
    /// Tokens that must be generated before a stop token may be chosen.
    public var minTokens: Int
    /// Tokens generated at most; nil is what the model's length leaves.
    public var maxTokens: Int?
    /// Texts that end the output.
    public var stop: [String]
    /// Tokens that end the output.
    public var stopTokenIDs: [Int32]
    /// Goes on after the end-of-sequence token.
    public var ignoreEOS: Bool
    /// Keeps the stop string in the text.
    public var includeStopStringInOutput: Bool
    /// Seed of the request's random stream; nil draws one.
    public var seed: Int64?
    /// Alternatives reported with each token; 0 reports the chosen token alone, −1 the vocabulary, nil nothing.
    public var logprobs: Int?
    /// The same for each prompt token.
    public var promptLogprobs: Int?
    /// Leaves special tokens out of the text.
    public var skipSpecialTokens: Bool
    /// Turns tokens into text; without it stop strings are refused.
    public var detokenize: Bool
    /// Logits processors that the tokens pass, in this order, behind those that the engine gives every request.
    public var logitsProcessors: [PlugInCall]
    /// What chooses the tokens instead of the built-in sampler.
    public var sampler: PlugInCall?
    /// What the plug-ins that the engine gives every request are told: vLLM's `extra_args`.
    public var extraArguments: JSONObject
    /// What a stream yields.
    public var outputKind: OutputKind

    /// What each `RequestOutput` of a stream holds.
    public enum OutputKind: Sendable, Hashable, CaseIterable {
        /// All so far.
        case cumulative
        /// What is new since the last one.
        case delta
        /// One output, when finished.
        case finalOnly
    }

    /// Creates parameters with vLLM's defaults.
    public init(
        n: Int = 1,
        temperature: Double = 1,
        topK: Int = 0,
        topP: Double = 1,
        minP: Double = 0,
        presencePenalty: Double = 0,
        frequencyPenalty: Double = 0,
        repetitionPenalty: Double = 1,
        logitBias: [Int32: Float] = [:],
        allowedTokenIDs: [Int32]? = nil,
        badWords: [String] = [],
        minTokens: Int = 0,
        maxTokens: Int? = 16,
        stop: [String] = [],
        stopTokenIDs: [Int32] = [],
        ignoreEOS: Bool = false,
        includeStopStringInOutput: Bool = false,
        seed: Int64? = nil,
        logprobs: Int? = nil,
        promptLogprobs: Int? = nil,
        skipSpecialTokens: Bool = true,
        detokenize: Bool = true,
        logitsProcessors: [PlugInCall] = [],
        sampler: PlugInCall? = nil,
        extraArguments: JSONObject = JSONObject(),
        outputKind: OutputKind = .cumulative
    ) {
        self.n = n
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.presencePenalty = presencePenalty
        self.frequencyPenalty = frequencyPenalty
        self.repetitionPenalty = repetitionPenalty
        self.logitBias = logitBias
        self.allowedTokenIDs = allowedTokenIDs
        self.badWords = badWords
        self.badWordsTokenIDs = []
        self.minTokens = minTokens
        self.maxTokens = maxTokens
        self.stop = stop
        self.stopTokenIDs = stopTokenIDs
        self.ignoreEOS = ignoreEOS
        self.includeStopStringInOutput = includeStopStringInOutput
        self.seed = seed
        self.logprobs = logprobs
        self.promptLogprobs = promptLogprobs
        self.skipSpecialTokens = skipSpecialTokens
        self.detokenize = detokenize
        self.logitsProcessors = logitsProcessors
        self.sampler = sampler
        self.extraArguments = extraArguments
        self.outputKind = outputKind
    }

    /// True where the likeliest token is always taken.
    public var isGreedy: Bool { temperature < 1e-5 }

    /// The tokens that end a sequence, of a model that ends its texts with those given.
    package func endTokenIDs(eosTokenIDs: [Int32]) -> [Int32] {
        stopTokenIDs + (ignoreEOS ? [] : eosTokenIDs)
    }
}
