// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import Testing
import VLLMConformance

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite struct SamplingTests {
    private static let lengths = [1, 5, 16, 17, 64, 100, 1000, 1023, 5000, 40_003]

    private func argmax(_ set: InstructionSet, _ x: [Float]) -> Int {
        Int(unsafe set.kernels.argmax(x, Int32(x.count)))
    }

    private func sample(
        _ set: InstructionSet, _ x: [Float], temperature: Float = 1, topK: Int = 0, topP: Float = 1,
        minP: Float = 0,
        uniform: Double
    ) -> Int {
        let floats = Memory(bytes: x.count * 4)
        let indices = Memory(bytes: x.count * 4)
        var arguments = vllm_sampling_args(
            temperature: temperature, top_k: Int32(topK), top_p: topP, min_p: minP, uniform: uniform)
        return Int(
            unsafe set.kernels.sample(
                x, Int32(x.count), &arguments, floats.pointer(to: Float.self), indices.pointer(to: Int32.self)
            ))
    }

    @Test(arguments: InstructionSet.all)
    func theLowestOfTheLargestWins(set: InstructionSet) {
        var numbers = Numbers(seed: 3)
        for n in Self.lengths {
            var x = numbers.floats(n)
            let best = x.indices.reduce(0) { x[$1] > x[$0] ? $1 : $0 }
            #expect(argmax(set, x) == best)
            x[n / 2] = 7
            x[n - 1] = 7
            #expect(argmax(set, x) == n / 2)
            x[n / 3] = .nan
            #expect(argmax(set, x) == (n / 3 == n / 2 ? n / 2 : n / 2) || n < 5)
        }
        #expect(argmax(set, [Float](repeating: -.infinity, count: 40)) == 0)
        #expect(argmax(set, [Float](repeating: .nan, count: 40)) == 0)
        #expect(argmax(set, [.nan, -.infinity, .nan]) == 1)
        #expect(argmax(set, [0, .infinity, .infinity]) == 1)
    }

    @Test(arguments: InstructionSet.all)
    func logSumExpIsWithinRounding(set: InstructionSet) {
        var numbers = Numbers(seed: 4)
        for n in Self.lengths {
            let x = numbers.floats(n, scale: 30)
            let most = Double(x.max() ?? 0)
            let expected = most + log(x.reduce(0) { $0 + exp(Double($1) - most) })
            let found = Double(unsafe set.kernels.log_sum_exp(x, Int32(n)))
            // A block's float sum has 64 roundings a lane; the answer is rounded once.
            #expect(abs(found - expected) <= 80 * RoundingError.float32 + 32 * RoundingError.float32)
        }
        let flat = [Float](repeating: 2, count: 3000)
        let found = Double(unsafe set.kernels.log_sum_exp(flat, 3000))
        #expect(abs(found - (2 + log(3000.0))) < 1e-5)
        let none = [Float](repeating: -.infinity, count: 33)
        #expect(unsafe set.kernels.log_sum_exp(none, 33) == -.infinity)
        #expect(unsafe set.kernels.log_sum_exp([1, .infinity, 0], 3) == .infinity)
        #expect(abs(unsafe set.kernels.log_sum_exp([1, .nan, -.infinity], 3) - 1) < 1e-6)
    }

    @Test(arguments: InstructionSet.all)
    func greaterElementsAreCounted(set: InstructionSet) {
        var numbers = Numbers(seed: 5)
        for n in Self.lengths {
            let x = numbers.floats(n)
            let value = x[n / 2]
            #expect(Int(unsafe set.kernels.count_greater(x, Int32(n), value)) == x.count { $0 > value })
        }
    }

    @Test(arguments: InstructionSet.all)
    func theLargestComeInFallingOrder(set: InstructionSet) {
        var numbers = Numbers(seed: 6)
        for n in Self.lengths {
            // Few distinct values, so that there are ties.
            let x = (0..<n).map { _ in Float(numbers.below(50)) }
            let order = x.indices.sorted { x[$0] > x[$1] || (x[$0] == x[$1] && $0 < $1) }
            for k in Set([1, min(n, 5), min(n, 20), n]) {
                let indices = Memory(bytes: k * 4)
                let values = Memory(bytes: k * 4)
                unsafe set.kernels.top_k(
                    x, Int32(n), Int32(k), indices.pointer(to: Int32.self), values.pointer(to: Float.self))
                #expect(indices.array(of: Int32.self).map(Int.init) == Array(order.prefix(k)))
                #expect(values.array(of: Float.self) == order.prefix(k).map { x[$0] })
            }
        }
    }

    @Test(arguments: InstructionSet.all)
    func truncationKeepsExactlyWhatItShould(set: InstructionSet) {
        var numbers = Numbers(seed: 9)
        let x = (0..<3000).map { _ in Float(numbers.below(64)) / 4 - 8 }
        for (topK, topP) in [(10, 1.0), (0, 0.5), (100, 0.8), (0, 0.95)] {
            let distribution = TruncatedDistribution(
                x, temperature: 1, topK: topK, topP: topP, minP: 0)
            let tokens = Set(distribution.tokens.map(\.index))
            var seen = Set<Int>()
            for draw in 0..<2000 {
                let token = sample(
                    set, x, topK: topK, topP: Float(topP), uniform: (Double(draw) + 0.5) / 2000)
                #expect(tokens.contains(token))
                seen.insert(token)
            }
            #expect(seen.contains(tokens.min() ?? 0) && seen.contains(tokens.max() ?? 0))
        }
    }

    /// The cut of a mass is looked for in a sample where there are many weights.
    @Test(arguments: InstructionSet.all)
    func massesOfManyWeightsAreCutWhereTheyShould(set: InstructionSet) {
        var numbers = Numbers(seed: 10)
        let bell = (0..<151_936).map { _ in (0..<6).reduce(Float(0)) { sum, _ in sum + numbers.floats(1)[0] }
        }
        var peaked = bell.map { $0 * 0.2 }
        peaked[77] = 12
        let stepped = bell.map { ($0 * 4).rounded() / 4 }
        let sloped = (0..<20_000).map { -Float($0) / 1000 }
        for x in [bell, bell.map { $0 * 4 }, peaked, stepped, sloped, Array(sloped.reversed())] {
            for topP in [0.02, 0.5, 0.9, 0.999] {
                let distribution = TruncatedDistribution(x, temperature: 0.8, topK: 0, topP: topP, minP: 0)
                let tokens = distribution.tokens
                let places = Dictionary(
                    uniqueKeysWithValues: tokens.enumerated().map { ($0.element.index, $0.offset) })
                var before = 0.0
                for (place, token) in tokens.enumerated() {
                    defer { before += token.weight }
                    guard place % (1 + tokens.count / 40) == 0 || place == tokens.count - 1 else { continue }
                    let found = sample(
                        set, x, temperature: 0.8, topP: Float(topP),
                        uniform: (before + token.weight / 2) / distribution.total)
                    // Sums in float32 blocks may differ by a neighbour or a few of tiny weight.
                    let share = 2e-6 * distribution.total / token.weight
                    let distance = places[found].map { abs($0 - place) } ?? .max
                    #expect(Double(distance) <= 1 + share, "\(topP): \(found) for \(token.index)")
                }
            }
        }
    }

    @Test(arguments: InstructionSet.all)
    func strangeLogitsStillGiveAToken(set: InstructionSet) {
        let strange: [[Float]] = [
            [Float](repeating: -.infinity, count: 20), [Float](repeating: .nan, count: 20), [.nan, 1, .nan],
            [.infinity, 0, .infinity], [0], [-.infinity, 3, -.infinity], [.greatestFiniteMagnitude, 0],
            [-.greatestFiniteMagnitude, .greatestFiniteMagnitude], [Float](repeating: 0, count: 5000),
        ]
        for x in strange {
            for temperature: Float in [1e-30, 1e-3, 1, 1e30, 0, .nan] {
                for (topK, topP, minP) in [
                    (0, Float(1), Float(0)), (3, 0.5, 0.1), (1, 0, 2), (-1, .nan, .nan),
                ] {
                    for uniform in [0, 0.5, 0.999_999_999_999_999_9] {
                        let token = sample(
                            set, x, temperature: temperature, topK: topK, topP: topP, minP: minP,
                            uniform: uniform)
                        #expect(x.indices.contains(token))
                    }
                }
            }
        }
        #expect(sample(set, [.nan, 1, .nan], uniform: 0.9) == 1)
        #expect(sample(set, [-.infinity, 3, -.infinity], uniform: 0) == 1)
        #expect(sample(set, [1, 5, 5, 2], temperature: 1e-20, uniform: 0.7) == 2)
    }
}
