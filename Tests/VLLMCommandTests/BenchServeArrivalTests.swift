// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand

@Suite("ArrivalProcess")
struct ArrivalProcessTests {
    private let count = 100_000

    /// Mean and variance of intervals; the seed makes them the same in every run.
    private func moments(rate: Double, burstiness: Double) -> (mean: Double, variance: Double) {
        var generator = SeededGenerator(seed: 7)
        let values = ArrivalProcess(rate: rate, burstiness: burstiness)
            .intervals(count: count, using: &generator)
        let mean = values.reduce(0, +) / Double(count)
        return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count))
    }

    @Test("intervals have the moments of the gamma distribution", arguments: [0.25, 0.5, 1, 2.5, 20])
    func gamma(burstiness: Double) {
        let rate = 4.0
        let (mean, variance) = moments(rate: rate, burstiness: burstiness)
        // Shape k and scale 1/(rate k): mean 1/rate, variance 1/(rate² k). Five standard errors of the mean,
        // which is the standard deviation over √n; the sample variance has variance (2 + 6/k) / n relative to
        // its square.
        let deviation = 1 / (rate * burstiness.squareRoot())
        #expect(abs(mean - 1 / rate) < 5 * deviation / Double(count).squareRoot())
        let spread = ((2 + 6 / burstiness) / Double(count)).squareRoot()
        #expect(abs(variance / (deviation * deviation) - 1) < 5 * spread)
    }

    @Test("a Poisson process is as often late as the exponential distribution says")
    func exponential() {
        var generator = SeededGenerator(seed: 1)
        let values = ArrivalProcess(rate: 1).intervals(count: count, using: &generator)
        // P(x > 1) = 1/e; five standard errors of a share.
        let share = Double(values.count { $0 > 1 }) / Double(count)
        let error = (0.36787944 * 0.63212056 / Double(count)).squareRoot()
        #expect(abs(share - 0.36787944) < 5 * error)
    }

    @Test("times ascend to count over rate, and a seed gives the same again")
    func times() throws {
        let process = ArrivalProcess(rate: 5, burstiness: 0.5)
        var (first, second) = (SeededGenerator(seed: 3), SeededGenerator(seed: 3))
        let times = process.times(count: 50, using: &first)
        #expect(times == times.sorted() && times == process.times(count: 50, using: &second))
        // Ten seconds but for one rounding of the stretch and one of the product.
        #expect(abs(try #require(times.last) - 10) <= 4e-15 * 10)
    }

    @Test("an infinite rate sends all at once, infinite burstiness at equal distances")
    func extremes() {
        var generator = SeededGenerator(seed: 0)
        #expect(ArrivalProcess(rate: .infinity).times(count: 3, using: &generator) == [0, 0, 0])
        let even = ArrivalProcess(rate: 2, burstiness: .infinity)
        #expect(even.times(count: 4, using: &generator) == [0.5, 1, 1.5, 2])
        #expect(even.times(count: 0, using: &generator).isEmpty)
    }

    @Test("the generator is SplitMix64")
    func generator() {
        // The first numbers of the reference implementation for the seed 1234567.
        var generator = SeededGenerator(seed: 1_234_567)
        #expect(generator.next() == 6_457_827_717_110_365_317)
        #expect(generator.next() == 3_203_168_211_198_807_973)
    }
}
