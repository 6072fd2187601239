// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How lengths are distributed around their mean.
package enum LengthDistribution: Sendable, Hashable {
    /// Evenly within (1 ± ratio) times the mean; the ratio is in [0, 1).
    case uniform(ratio: Double)
    /// With a long tail, as those of conversations: the logarithm is normal with this standard deviation, at least 0.
    case logNormal(sigma: Double)

    /// Draws a length, which the limits bound.
    package func draw(
        mean: Int, in limits: ClosedRange<Int>, using generator: inout SeededGenerator
    ) -> Int {
        switch self {
        case .uniform(let ratio):
            let length = Int.random(in: Self.range(around: mean, ratio: ratio), using: &generator)
            return min(max(length, limits.lowerBound), limits.upperBound)
        case .logNormal(let sigma):
            let length = Double(mean) * exp(sigma * generator.normal() - sigma * sigma / 2)
            let bounded = min(max(length.rounded(), Double(limits.lowerBound)), Double(limits.upperBound))
            return Int(bounded)
        }
    }

    /// The lengths within (1 ± ratio) times a mean.
    package static func range(around mean: Int, ratio: Double) -> ClosedRange<Int> {
        Int((Double(mean) * (1 - ratio)).rounded(.down))...Int((Double(mean) * (1 + ratio)).rounded(.up))
    }
}
