// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The function between or behind two linear layers.
public enum Activation: String, Sendable, Hashable, CaseIterable {
    /// The value itself.
    case none
    /// x · sigmoid(x).
    case silu
    /// With the error function.
    case gelu
    /// With the hyperbolic tangent (arXiv 1606.08415, section 2).
    case geluTanh
    /// The larger of x and 0.
    case relu
    /// 1 / (1 + e^−x), of gates.
    case sigmoid
    /// x / (1 + e^(−1.702 x)) with x at most 7; gated, it multiplies the other half, kept in −7…7, plus 1 (GPT-OSS,
    /// arXiv 2508.10925).
    case swiGLUClamped
}

/// What becomes of a linear layer's result.
package enum LinearOutput: Sendable, Hashable {
    /// Written, in the type of the output.
    case store
    /// Added to a float32 output: the residual stream.
    case add
    /// Added to a float32 output, each row times its number in a float32 column [rows, 1] without gaps.
    case addScaled(by: Tensor)
}

/// A norm over the last axis.
public enum NormKind: Sendable, Hashable {
    /// Root mean square (arXiv 1910.07467).
    case rms
    /// Mean and variance (arXiv 1607.06450).
    case layer
}

/// A norm with its weights.
package struct Norm: Sendable, Hashable {
    package var kind: NormKind
    package var weight: PackedVector
    package var bias: PackedVector?
    package var epsilon: Float

    package init(kind: NormKind, weight: PackedVector, bias: PackedVector? = nil, epsilon: Float) {
        self.kind = kind
        self.weight = weight
        self.bias = bias
        self.epsilon = epsilon
    }
}

/// How positions turn queries and keys (arXiv 2104.09864).
package enum RotaryStyle: Sendable, Hashable {
    case none
    /// Pairs (i, i + d/2): GPT-NeoX, Llama.
    case halves
    /// Pairs (2i, 2i + 1): GPT-J.
    case interleaved
}

/// What a norm of queries and keys takes together.
package enum QueryKeyNormExtent: Sendable, Hashable {
    /// Each head by itself.
    case head
    /// A token's query heads, and its key heads.
    case allHeads
}

/// Everything between the merged projection and attention, for one layer.
package struct QueryKeyValueOptions: Sendable, Hashable {
    package var rotary: RotaryStyle = .none
    /// Leading elements of a head that are turned.
    package var rotaryDim: Int = 0
    /// Cosines and sines, [positions, rotaryDim / 2] each.
    package var cosines: PackedVector?
    package var sines: PackedVector?
    /// Weights of a norm of queries and of keys before turning: of one head for all, or of all heads.
    package var queryNorm: PackedVector?
    package var keyNorm: PackedVector?
    package var normKind: NormKind = .rms
    package var normExtent: QueryKeyNormExtent = .head
    package var epsilon: Float = 1e-6

    package init() {}
}

/// What becomes of the projections of multi-head latent attention (arXiv 2405.04434, section 2.1), for one layer.
package struct LatentOptions: Sendable, Hashable {
    package var rotary: RotaryStyle
    /// Elements behind a query's content, and behind the latent vector, that are turned: all of them.
    package var rotaryDim: Int
    /// Cosines and sines, [positions, rotaryDim / 2] each.
    package var cosines: PackedVector
    package var sines: PackedVector
    /// The norm of the latent vector, of root mean square.
    package var norm: Norm

    package init(
        rotary: RotaryStyle, rotaryDim: Int, cosines: PackedVector, sines: PackedVector, norm: Norm
    ) {
        self.rotary = rotary
        self.rotaryDim = rotaryDim
        self.cosines = cosines
        self.sines = sines
        self.norm = norm
    }
}

/// The choices of one attention layer.
package struct AttentionOptions: Sendable, Hashable {
    /// Factor of the scores.
    package var scale: Float
    /// Bound of the scores by a hyperbolic tangent; 0 is none.
    package var softCap: Float = 0
    /// Positions a query sees, its own included; 0 is all.
    package var window: Int = 0
    /// A slope a head (arXiv 2108.12409).
    package var alibiSlopes: PackedVector?
    /// A score a head that takes part in the softmax and has no value (GPT-OSS, arXiv 2508.10925).
    package var sinks: PackedVector?

    package init(scale: Float) { self.scale = scale }
}
