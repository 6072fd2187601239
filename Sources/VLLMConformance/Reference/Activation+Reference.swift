// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Activation {
    /// The function in double precision.
    package func reference(_ x: Double) -> Double {
        switch self {
        case .none: x
        case .silu: x / (1 + exp(-x))
        case .gelu: x / 2 * erfc(-x / 2.0.squareRoot())
        case .geluTanh: x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        case .relu: max(x, 0)
        case .sigmoid: 1 / (1 + exp(-x))
        case .swiGLUClamped: min(x, 7) / (1 + exp(-1.702 * min(x, 7)))
        }
    }

    /// What the function of a gate is multiplied with, of the other half.
    package func referenceFactor(_ up: Double) -> Double {
        self == .swiGLUClamped ? min(max(up, -7), 7) + 1 : up
    }
}
