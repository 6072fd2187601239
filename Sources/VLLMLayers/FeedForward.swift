// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// The part of a layer that looks at one token at a time.
protocol FeedForward {
    /// Writes or adds its result as the mode says; x and output are [tokens, hidden].
    func run(_ x: Tensor, _ mode: LinearOutput, into output: Tensor, _ backend: any Backend)
    /// Bytes of the weights that one token is multiplied with.
    var weightBytesPerToken: Int { get }
    /// Those of them that it chose: bytes of its experts.
    var chosenBytesPerToken: Int { get }
}

/// down(activation(gate(x)) · up(x)), or down(activation(up(x))) where the first layer is not gated.
struct MLP: FeedForward {
    let up: Linear
    let down: Linear
    let activation: Activation
    /// Memory between the two, [tokens, intermediate].
    let intermediate: Tensor

    func run(_ x: Tensor, _ mode: LinearOutput, into output: Tensor, _ backend: any Backend) {
        let intermediate = intermediate.prefix(rows: x.rows)
        backend.linear(
            x, up.weight, bias: up.bias, activation: activation, output: .store, into: intermediate)
        backend.linear(
            intermediate, down.weight, bias: down.bias, activation: .none, output: mode, into: output)
    }

    var weightBytesPerToken: Int { up.weight.sizeInBytes + down.weight.sizeInBytes }
    var chosenBytesPerToken: Int { 0 }
}
