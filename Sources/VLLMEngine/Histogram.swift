// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Counts of observations below growing bounds, as Prometheus defines a histogram.
public struct Histogram: Sendable, Hashable {
    /// Upper bounds, growing; one more bucket has none.
    public let bounds: [Double]
    /// Observations of each bucket alone, the last without bound.
    public private(set) var counts: [Int]
    /// Sum of all observations.
    public private(set) var sum: Double = 0

    /// Creates an empty histogram.
    public init(bounds: [Double]) {
        self.bounds = bounds
        counts = [Int](repeating: 0, count: bounds.count + 1)
    }

    /// Number of observations.
    public var count: Int { counts.reduce(0, +) }

    /// Adds observations of one value.
    public mutating func observe(_ value: Double, times: Int = 1) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        counts[bucket] += times
        sum += value * Double(times)
    }

    /// 1, 2, 5, 10, 20, … up to the first that reaches the maximum, as vLLM makes buckets for token counts.
    static func oneTwoFive(to maximum: Int) -> [Double] {
        var bounds: [Double] = []
        var power = 1
        while true {
            for digit in [1, 2, 5] {
                guard power * digit <= maximum else { return bounds }
                bounds.append(Double(power * digit))
            }
            power *= 10
        }
    }
}
