// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
public import VLLMTensors

extension DecoderConfiguration {
    /// Where attention and MLP take their input, and when they are added.
    ///
    /// A norm whose name is nil is left out; one of a branch's result comes before that is added.
    public enum Residual: Sendable, Hashable {
        /// x += attention(norm(x)); x += mlp(norm'(x))
        case sequential
        /// x += attention(norm(x)) + mlp(norm'(x)); both take the same norm where the MLP's has no name.
        case parallel
        /// x = norm(x + attention(x)); x = norm'(x + mlp(x)) (arXiv 1706.03762)
        case normedSum
    }

    /// How a token's place enters.
    public enum Positions: Sendable, Hashable {
        /// Queries and keys are turned.
        case rotary(RotaryConfiguration)
        /// A learned table, added to the embedding.
        case learned
        /// Not at all, or by `alibi`.
        case none

        /// The longest sequence that positions reach whose model was made for so many.
        func reach(_ maxPositions: Int) -> Int {
            if case .rotary(let rotary) = self { rotary.reach(maxPositions) } else { maxPositions }
        }
    }

    /// Scores that fall with the distance of the tokens, by a slope a head (arXiv 2108.12409).
    public enum ALiBi: Sendable, Hashable {
        /// They do not.
        case none
        /// The paper's slopes times a scale: 1 where slopes are added to scaled scores.
        case slopes(scale: Float)

        /// A slope a head; nil for none.
        ///
        /// Powers of 2^(−8/n) for n heads, a power of two; heads beyond a power of two take every other one of twice
        /// as many.
        func slopes(heads: Int) -> [Float]? {
            guard case .slopes(let scale) = self else { return nil }
            let whole = 1 << (Int.bitWidth - 1 - heads.leadingZeroBitCount)
            return (0..<heads).map { head in
                let exponent =
                    head < whole
                    ? 8 * Double(head + 1) / Double(whole)
                    : 4 * Double(2 * (head - whole) + 1) / Double(whole)
                return scale * Float(exp2(-exponent))
            }
        }
    }

    /// A norm of queries and keys before they are turned; it has no bias.
    public enum QueryKeyNorm: Sendable, Hashable {
        /// There is none.
        case none
        /// Each head by itself, all with the same weights: [headDim].
        case perHead(NormKind)
        /// Each head by itself, with weights of its own: one tensor [heads, headDim], or where the name has a second
        /// `{}`, a tensor a head.
        case eachHead(NormKind)
        /// All heads together: [heads × headDim].
        case wholeWidth(NormKind)

        /// The norm, if there is one.
        var kind: NormKind? {
            switch self {
            case .none: nil
            case .perHead(let kind), .eachHead(let kind), .wholeWidth(let kind): kind
            }
        }
    }

    /// The feed-forward part.
    public enum MLP: Sendable, Hashable {
        /// down(activation(gate(x)) · up(x)) (arXiv 2002.05202)
        case gated(Activation)
        /// down(activation(up(x)))
        case plain(Activation)

        /// The function.
        public var activation: Activation {
            switch self {
            case .gated(let activation), .plain(let activation): activation
            }
        }

        /// True for the first.
        var isGated: Bool { if case .gated = self { true } else { false } }
    }

    /// Layers that add a bias.
    public struct Biases: OptionSet, Sendable, Hashable {
        /// The set as bits.
        public let rawValue: Int
        /// Creates a set from its bits.
        public init(rawValue: Int) { self.rawValue = rawValue }
        /// The projection to queries, keys and values.
        public static let queryKeyValue = Biases(rawValue: 1)
        /// The projection behind attention.
        public static let attentionOutput = Biases(rawValue: 2)
        /// Both halves of the MLP.
        public static let mlp = Biases(rawValue: 4)
        /// The output head.
        public static let head = Biases(rawValue: 8)
    }
}
