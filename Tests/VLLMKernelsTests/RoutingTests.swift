// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import Testing
import VLLMConformance

@Suite struct RoutingTests {
    /// Routings of known families, and extents that fill no register.
    static let cases: [RoutingCase] = {
        var numbers = Numbers(seed: 21)
        func logits(_ experts: Int) -> [Float] { numbers.floats(70 * experts, scale: 6) }
        var cases = [
            RoutingCase(normalizes: true, logits: logits(8)),
            RoutingCase(experts: 128, k: 8, normalizes: true, logits: logits(128)),
            RoutingCase(experts: 60, k: 4, logits: logits(60)),
            RoutingCase(experts: 160, k: 6, groups: 8, chosenGroups: 3, scale: 16, logits: logits(160)),
            RoutingCase(experts: 1, k: 1, score: VLLM_SCORE_SIGMOID, logits: logits(1)),
            RoutingCase(experts: 5, k: 5, normalizes: true, logits: logits(5)),
            RoutingCase(experts: 37, k: 3, score: VLLM_SCORE_SIGMOID, logits: logits(37)),
        ]
        cases.append(
            RoutingCase(
                experts: 256, k: 8, score: VLLM_SCORE_SIGMOID, bias: numbers.floats(256, scale: 0.5),
                groups: 8,
                chosenGroups: 4, addsPairs: true, normalizes: true, scale: 2.5, logits: logits(256)))
        return cases
    }()

    @Test(arguments: InstructionSet.all, cases.indices)
    func theBestExpertsAreChosenWithTheirWeights(set: InstructionSet, index: Int) {
        let item = Self.cases[index]
        let found = item.run(set)
        var numCompared = 0
        for token in 0..<item.tokens {
            let expected = item.reference(token: token)
            if expected.nearTie { continue }
            numCompared += 1
            let range = token * item.k..<(token + 1) * item.k
            #expect(found.ids[range].map(Int.init) == expected.ids, "token \(token)")
            for (weight, value) in zip(found.weights[range], expected.weights) {
                // An exponential, a sum, two divisions: some ten roundings.
                #expect(abs(Double(weight) - value) <= 16 * RoundingError.float32 * value, "token \(token)")
            }
        }
        #expect(numCompared > item.tokens / 2)
    }

    @Test(arguments: InstructionSet.all, cases.indices)
    func aTokensBitsDoNotDependOnTheOthers(set: InstructionSet, index: Int) {
        let item = Self.cases[index]
        let whole = item.run(set)
        for step in [1, 7] {
            let found = item.run(set, tokensAtOnce: step)
            #expect(found.ids == whole.ids)
            #expect(found.weights.map(\.bitPattern) == whole.weights.map(\.bitPattern))
        }
    }

    @Test(arguments: InstructionSet.all, [VLLM_SCORE_SOFTMAX, VLLM_SCORE_SIGMOID])
    func theLowestIndexWinsATie(set: InstructionSet, score: vllm_expert_score) {
        var item = RoutingCase(
            experts: 20, k: 3, score: score, normalizes: true, logits: [Float](repeating: 2, count: 20))
        let all = item.run(set)
        #expect(all.ids == [0, 1, 2])
        #expect(all.weights.allSatisfy { abs($0 - 1 / 3) < 1e-6 })
        item.logits[18] = 3
        #expect(item.run(set).ids == [0, 1, 18])
        // Groups that are equally good.
        item.groups = 5
        item.chosenGroups = 2
        #expect(item.run(set).ids == [0, 1, 18])
        item.logits[18] = 2
        #expect(item.run(set).ids == [0, 1, 2])
    }

    @Test(arguments: InstructionSet.all, [VLLM_SCORE_SOFTMAX, VLLM_SCORE_SIGMOID])
    func whatIsNoNumberNeverWins(set: InstructionSet, score: vllm_expert_score) {
        var item = RoutingCase(
            experts: 6, k: 2, score: score, logits: [.nan, 1, .nan, -3, 2, .nan] + [1, 2, 3, 4, 5, 6])
        let found = item.run(set)
        #expect(Array(found.ids) == [1, 4, 4, 5])
        #expect(found.weights.allSatisfy { $0.isFinite && $0 > 0 })
        // Too few numbers: the rest by index, with weights that are none.
        item.k = 4
        let all = item.run(set)
        #expect(Array(all.ids[..<4]) == [0, 1, 3, 4])
        #expect(all.weights[0].isNaN && all.weights[1...].allSatisfy { $0.isFinite })
        for poison in [Float.nan, .infinity, -.infinity] {
            item.logits = [Float](repeating: poison, count: 12)
            #expect(item.run(set).ids == [0, 1, 2, 3, 0, 1, 2, 3])
        }
    }

    @Test(arguments: [1, 3, 8, 40], [0, 1, 2, 33])
    func rowsAreListedByExpertAndToken(experts: Int, tokens: Int) {
        var numbers = Numbers(seed: UInt64(experts * 100 + tokens + 1))
        let item = RoutingCase(
            experts: experts, k: min(3, experts), logits: numbers.floats(tokens * experts, scale: 4))
        let found = item.run(InstructionSet.all[0])
        let expected = (0..<experts).map { expert in
            (0..<tokens * item.k).filter { Int(found.ids[$0]) == expert }
        }
        var start = 0
        for expert in 0..<experts {
            #expect(Int(found.starts[expert]) == start)
            for choice in expected[expert] {
                #expect(Int(found.rows[start]) == choice / item.k)
                #expect(found.rowWeights[start] == found.weights[choice])
                start += 1
            }
        }
        #expect(Int(found.starts[experts]) == tokens * item.k)
    }
}
