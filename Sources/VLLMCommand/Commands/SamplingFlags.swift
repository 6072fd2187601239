// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMTypes

/// Flags that say how tokens are chosen; those that are left out take the model's defaults.
struct SamplingFlags: ParsableArguments {
    @Option(help: "Randomness in [0, 2]; 0 takes the likeliest token.")
    var temperature: Double?

    @Option(help: "Keeps the likeliest tokens up to this sum of probability, in (0, 1].")
    var topP: Double?

    @Option(help: "Keeps this many of the likeliest tokens; 0: all.")
    var topK: Int?

    @Option(help: "Drops tokens below this share of the likeliest one's probability, in [0, 1].")
    var minP: Double?

    @Option(help: "Tokens of an output, at most.")
    var maxTokens: Int?

    @Option(help: "Tokens of an output, at least.")
    var minTokens: Int?

    @Option(name: [.customLong("n")], help: "Outputs of a prompt.")
    var count: Int?

    @Option(help: "Ends an output at this text; may be given more than once.")
    var stop: [String] = []

    @Option(help: "Ends an output at these tokens, as 1,2,3.")
    var stopTokenIds: String?

    @Option(help: "Log-probabilities of this many alternatives a token; 0: of the token alone.")
    var logprobs: Int?

    @Option(help: "The same for the tokens of the prompt.")
    var promptLogprobs: Int?

    @Option(help: "Lowers tokens that were generated, in [-2, 2].")
    var presencePenalty: Double?

    @Option(help: "Lowers tokens by how often they were generated, in [-2, 2].")
    var frequencyPenalty: Double?

    @Option(help: "Divides the logits of tokens that are in prompt or output; more than 0.")
    var repetitionPenalty: Double?

    @Flag(inversion: .prefixedNo, help: "Goes on after the end-of-sequence token.")
    var ignoreEos = false

    @Flag(inversion: .prefixedNo, help: "Leaves special tokens out of the text.")
    var skipSpecialTokens = true

    /// Throws for the first value that no model can take.
    func check() throws(UsageError) {
        var params = SamplingParams()
        try apply(to: &params, seed: nil)
        do {
            try params.validate(maxLogprobs: -1)
        } catch {
            throw UsageError(error.message)
        }
    }

    /// Writes the flags that were given into parameters.
    func apply(to params: inout SamplingParams, seed: Int64?) throws(UsageError) {
        params.temperature = temperature ?? params.temperature
        params.topP = topP ?? params.topP
        params.topK = topK ?? params.topK
        params.minP = minP ?? params.minP
        params.maxTokens = maxTokens ?? params.maxTokens
        params.minTokens = minTokens ?? params.minTokens
        params.n = count ?? params.n
        params.stop += stop
        params.logprobs = logprobs ?? params.logprobs
        params.promptLogprobs = promptLogprobs ?? params.promptLogprobs
        params.presencePenalty = presencePenalty ?? params.presencePenalty
        params.frequencyPenalty = frequencyPenalty ?? params.frequencyPenalty
        params.repetitionPenalty = repetitionPenalty ?? params.repetitionPenalty
        params.ignoreEOS = ignoreEos
        params.skipSpecialTokens = skipSpecialTokens
        params.seed = seed ?? params.seed
        if let stopTokenIds {
            params.stopTokenIDs = try TokenIDList.parse(stopTokenIds, flag: "--stop-token-ids")
        }
    }
}
