// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMExecution
import VLLMTensors
import VLLMTypes

@Suite("TokenPenalties")
struct TokenPenaltiesTests {
    /// What the penalties say, with tokens in rising order: those of the repetition penalty, and the biases.
    private func summary(_ penalties: TokenPenalties) -> (repeated: [Int32], biases: [Int32: Float]) {
        var edits: [LogitEdit] = []
        penalties.addEdits(to: &edits)
        var (repeated, biases): ([Int32], [Int32: Float]) = ([], [:])
        for edit in edits {
            switch edit {
            case .repetitionPenalty(let tokens, let penalty):
                #expect(penalty == 1.5)
                repeated += tokens.sorted()
            case .bias(let values):
                for (token, value) in values {
                    #expect(biases[token] == nil, "each token once")
                    biases[token] = value
                }
            default: Issue.record("\(edit) is no penalty")
            }
        }
        return (repeated, biases)
    }

    @Test("parameters without penalties need none")
    func none() {
        let penalties = TokenPenalties(SamplingParams(), prompt: [1, 2])
        #expect(penalties.map { summary($0).repeated } == nil)
    }

    @Test("prompt and output are repeated, the output alone is counted")
    func values() throws {
        var params = SamplingParams()
        params.repetitionPenalty = 1.5
        params.frequencyPenalty = 0.25
        params.presencePenalty = -0.5
        var penalties = try #require(TokenPenalties(params, prompt: [7, 3, 7]))
        #expect(summary(penalties).repeated == [3, 7] && summary(penalties).biases.isEmpty)
        for token: Int32 in [9, 3, 9, 9] { penalties.append(token) }
        #expect(summary(penalties).repeated == [3, 7, 9])
        #expect(summary(penalties).biases == [9: -0.25, 3: 0.25])
    }

    @Test("many tokens taken in one by one give what all of them counted at once give", arguments: 0..<4)
    func counted(seed: Int) throws {
        var params = SamplingParams()
        params.frequencyPenalty = 0.3
        params.presencePenalty = 0.7
        var penalties = try #require(TokenPenalties(params, prompt: []))
        var counts: [Int32: Int] = [:]
        for index in 0..<500 {
            let token = Int32((index &* 7919 &+ seed &* 104_729) % 61 % (seed + 3))
            penalties.append(token)
            counts[token, default: 0] += 1
        }
        let expected = counts.mapValues { -Float(0.3) * Float($0) - Float(0.7) }
        #expect(summary(penalties).repeated.isEmpty && summary(penalties).biases == expected)
    }
}
