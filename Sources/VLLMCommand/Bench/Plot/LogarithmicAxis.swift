// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An axis of powers of ten along a stretch of an image.
struct LogarithmicAxis {
    /// The ends, as powers of ten.
    let low: Double
    let high: Double
    /// Where the lower end stands.
    let start: Double
    /// From the lower end to the upper, below zero where it goes up.
    let length: Double

    /// An axis that has room for numbers from `least` to `most`, both above 0, and for one power of ten at least.
    init(least: Double, most: Double, start: Double, length: Double) {
        low = log10(least).rounded(.down)
        high = max(log10(most).rounded(.up), low + 1)
        self.start = start
        self.length = length
    }

    /// Where a number stands.
    func position(_ value: Double) -> Double { start + (log10(value) - low) / (high - low) * length }

    /// The lowest number of the axis.
    var least: Double { pow(10, low) }
    /// The highest number of the axis.
    var most: Double { pow(10, high) }

    /// Ones, twos and fives, with a label where there is room: between far ends only powers of ten have it.
    var ticks: [(value: Double, label: String?)] {
        (Int(low)...Int(high)).flatMap { power in
            [1.0, 2, 5].compactMap { digit in
                let value = digit * pow(10, Double(power))
                guard power < Int(high) || digit == 1 else { return nil }
                return (value, digit == 1 || high - low <= 4 ? Self.label(value) : nil)
            }
        }
    }

    private static func label(_ value: Double) -> String {
        value >= 1 ? Quantity.fixed(value, digits: 0) : "\(value)"
    }
}
