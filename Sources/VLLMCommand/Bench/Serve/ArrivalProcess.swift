// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// When requests arrive: intervals from a gamma distribution, which burstiness 1 makes a Poisson process.
package struct ArrivalProcess: Sendable, Hashable {
    /// Requests a second; infinite: all at once.
    package let rate: Double
    /// The shape of the distribution: below 1 requests come in bursts, above 1 more evenly, infinite at equal
    /// distances.
    package let burstiness: Double

    /// Creates a process; both numbers should be above 0.
    package init(rate: Double, burstiness: Double = 1) {
        self.rate = rate
        self.burstiness = burstiness
    }

    /// Seconds from one arrival to the next; before the first as well.
    package func intervals(count: Int, using generator: inout SeededGenerator) -> [Double] {
        (0..<count).map { _ in
            if rate == .infinity { return 0 }
            if burstiness == .infinity { return 1 / rate }
            return generator.gamma(shape: burstiness) / (rate * burstiness)
        }
    }

    /// Seconds from the start to each arrival, stretched so that the last is at count ÷ rate: every seed
    /// asks for the same rate, as in vLLM.
    package func times(count: Int, using generator: inout SeededGenerator) -> [Double] {
        var time = 0.0
        let times = intervals(count: count, using: &generator).map { interval in
            time += interval
            return time
        }
        guard time > 0, time.isFinite, rate > 0 else { return times }
        let stretch = Double(count) / rate / time
        return times.map { $0 * stretch }
    }
}
