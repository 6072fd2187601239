// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

extension RotaryConfiguration {
    /// How a trained range of positions is stretched.
    public enum Scaling: Sendable, Hashable {
        /// Positions are as they are.
        case none
        /// All positions divided by a factor (arXiv 2306.15595).
        case linear(factor: Double)
        /// A larger base ("NTK-aware"), where sequences are served that are longer than those of training.
        case dynamic(factor: Double, trainedPositions: Double)
        /// Low frequencies divided, high ones kept, a ramp between (arXiv 2309.00071).
        case yarn(YaRN)
        /// Low frequencies divided, high ones kept, a ramp between: Llama 3.1's model card.
        case llama3(
            factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, trainedPositions: Double)
        /// A factor a pair, found by search (arXiv 2402.13753).
        case longRoPE(LongRoPE)
    }

    /// The ramp of YaRN, and what it does to the lengths of queries and keys.
    public struct YaRN: Sendable, Hashable {
        /// How much further positions reach.
        public var factor: Double
        /// Positions of training.
        public var trainedPositions: Double
        /// Turns in the trained range from which frequencies are kept.
        public var betaFast = 32.0
        /// Turns in the trained range up to which frequencies are divided.
        public var betaSlow = 1.0
        /// The ramp's ends are whole pairs.
        public var truncates = true
        /// What cosines and sines are multiplied with; `magnitude(factor)` as a rule.
        public var attentionFactor: Double

        /// Creates the scaling of the paper.
        public init(factor: Double, trainedPositions: Double) {
            self.factor = factor
            self.trainedPositions = trainedPositions
            attentionFactor = Self.magnitude(factor)
        }

        /// 0.1 · weight · ln factor + 1, the paper's square root of 1/t for a weight of 1; 1 for factors up to 1.
        public static func magnitude(_ factor: Double, weight: Double = 1) -> Double {
            factor > 1 ? 0.1 * weight * log(factor) + 1 : 1
        }

        /// How far a pair is from being kept to being divided, in 0…1.
        func ramp(pair: Int, base: Double, dimension: Int) -> Double {
            func pairOf(turns: Double) -> Double {
                Double(dimension) * log(trainedPositions / (turns * 2 * .pi)) / (2 * log(base))
            }
            var (low, high) = (pairOf(turns: betaFast), pairOf(turns: betaSlow))
            if truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
            low = max(low, 0)
            high = min(high, Double(dimension - 1))
            // The reference's way around a division by zero.
            if low == high { high += 0.001 }
            return min(1, max(0, (Double(pair) - low) / (high - low)))
        }
    }

    /// A factor a pair for sequences of the trained length, and one for longer ones.
    public struct LongRoPE: Sendable, Hashable {
        /// Divides each pair's frequency where no sequence is longer than in training.
        public var short: [Double]
        /// Divides each pair's frequency otherwise.
        public var long: [Double]
        /// Positions of training.
        public var trainedPositions: Double
        /// What cosines and sines are multiplied with.
        public var attentionFactor: Double

        /// Creates the scaling; both lists have a factor for each pair.
        public init(short: [Double], long: [Double], trainedPositions: Double, attentionFactor: Double) {
            (self.short, self.long) = (short, long)
            (self.trainedPositions, self.attentionFactor) = (trainedPositions, attentionFactor)
        }

        /// √(1 + ln factor / ln trained), the paper's; 1 for factors up to 1.
        static func magnitude(_ factor: Double, trainedPositions: Double) -> Double {
            factor > 1 ? (1 + log(factor) / log(trainedPositions)).squareRoot() : 1
        }
    }
}

extension RotaryConfiguration.Scaling {
    /// What cosines and sines are multiplied with.
    var attentionFactor: Double {
        switch self {
        case .yarn(let yarn): yarn.attentionFactor
        case .longRoPE(let factors): factors.attentionFactor
        default: 1
        }
    }

    /// The base of the series for sequences up to a length.
    func base(_ theta: Double, dimension: Int, maxModelLen: Int) -> Double {
        guard case .dynamic(let factor, let trained) = self, Double(maxModelLen) > trained else {
            return theta
        }
        // That of the whole stretched range, as vLLM has it, so that a bit more memory does not change it.
        let length = max(Double(maxModelLen), factor * trained)
        let stretch = factor * length / trained - (factor - 1)
        return theta * pow(stretch, Double(dimension) / Double(dimension - 2))
    }

    /// A pair's frequency from that of the series.
    func frequency(
        _ plain: Double, pair: Int, base: Double, dimension: Int, maxModelLen: Int
    ) -> Double {
        switch self {
        case .none, .dynamic: return plain
        case .linear(let factor): return plain / factor
        case .yarn(let yarn):
            let ramp = yarn.ramp(pair: pair, base: base, dimension: dimension)
            return plain / yarn.factor * ramp + plain * (1 - ramp)
        case .llama3(let factor, let low, let high, let trained):
            let wavelength = 2 * Double.pi / plain
            if wavelength < trained / high { return plain }
            if wavelength > trained / low { return plain / factor }
            let ramp = (trained / wavelength - low) / (high - low)
            return (1 - ramp) * plain / factor + ramp * plain
        case .longRoPE(let factors):
            let isLong = Double(maxModelLen) > factors.trainedPositions
            return plain / (isLong ? factors.long : factors.short)[pair]
        }
    }
}
