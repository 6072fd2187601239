// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The activations in double precision.
enum Activation {
    static func apply(_ activation: vllm_activation, _ x: Double) -> Double {
        switch activation {
        case VLLM_ACT_SILU: x / (1 + exp(-x))
        case VLLM_ACT_GELU: x / 2 * erfc(-x / 2.0.squareRoot())
        case VLLM_ACT_GELU_TANH: x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        case VLLM_ACT_RELU: max(x, 0)
        case VLLM_ACT_SIGMOID: 1 / (1 + exp(-x))
        default: x
        }
    }
}
