// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors
package import VLLMTypes

/// What a sequence's tokens cost when they come again, kept up token by token, so that no step goes through all of them.
package struct TokenPenalties {
    private let repetition: Float
    private let frequency: Float
    private let presence: Float
    /// The tokens of prompt and output, each once.
    private var distinct: [Int32] = []
    private var seen: Set<Int32> = []
    /// What is added to the logits of the tokens of the output, each once.
    private var biases: [(token: Int32, value: Float)] = []
    /// Where a token stands in `biases`, and how often it was generated.
    private var outputs: [Int32: (place: Int, count: Int)] = [:]

    /// The penalties that the parameters ask for after a prompt; nil where they ask for none.
    package init?(_ params: SamplingParams, prompt: some Sequence<Int32>) {
        guard params.repetitionPenalty != 1 || params.frequencyPenalty != 0 || params.presencePenalty != 0
        else { return nil }
        repetition = Float(params.repetitionPenalty)
        frequency = Float(params.frequencyPenalty)
        presence = Float(params.presencePenalty)
        for token in prompt { note(token) }
    }

    /// Takes in a generated token.
    package mutating func append(_ token: Int32) {
        note(token)
        guard frequency != 0 || presence != 0 else { return }
        var (place, count) = outputs[token] ?? (biases.count, 0)
        count += 1
        outputs[token] = (place, count)
        let value = -frequency * Float(count) - presence
        if place == biases.count { biases.append((token, value)) } else { biases[place].value = value }
    }

    /// The changes to the next token's logits.
    package func addEdits(to edits: inout [LogitEdit]) {
        if repetition != 1 { edits.append(.repetitionPenalty(tokens: distinct, penalty: repetition)) }
        if !biases.isEmpty { edits.append(.bias(biases)) }
    }

    private mutating func note(_ token: Int32) {
        if repetition != 1, seen.insert(token).inserted { distinct.append(token) }
    }
}
