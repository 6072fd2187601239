// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A stream of random numbers that a seed determines: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts the stream of a seed.
    package init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// A number above 0 and at most 1, evenly distributed.
    package mutating func unit() -> Double { Double((next() >> 11) + 1) * 0x1p-53 }

    /// A number from the standard normal distribution (Box and Muller).
    package mutating func normal() -> Double {
        let radius = (-2 * log(unit())).squareRoot()
        return radius * cos(2 * .pi * unit())
    }

    /// A number from the gamma distribution of scale 1 (Marsaglia and Tsang, "A Simple Method for Generating
    /// Gamma Variables", ACM TOMS 26, 2000).
    ///
    /// - Parameter shape: above 0; 1 gives the exponential distribution.
    package mutating func gamma(shape: Double) -> Double {
        guard shape >= 1 else {
            // Below 1 through the next larger shape.
            return gamma(shape: shape + 1) * pow(unit(), 1 / shape)
        }
        let reduced = shape - 1.0 / 3
        let factor = 1 / (9 * reduced).squareRoot()
        while true {
            let draw = normal()
            let root = 1 + factor * draw
            guard root > 0 else { continue }
            let cube = root * root * root
            if log(unit()) < 0.5 * draw * draw + reduced - reduced * cube + reduced * log(cube) {
                return reduced * cube
            }
        }
    }
}
