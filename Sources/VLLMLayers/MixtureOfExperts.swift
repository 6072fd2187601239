// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// Gated MLPs of which each token goes to a few, and perhaps one that all go to.
///
/// A token's sum has the experts' results in rising order of their index, then the shared one. It is only added to an
/// output as it is.
struct MixtureOfExperts: FeedForward {
    /// The MLP that all tokens go to, and the row whose sigmoid weighs it.
    struct Shared {
        let mlp: MLP
        let gate: Linear?
    }

    /// Memory of one step, the same for all layers.
    struct Buffers {
        /// [tokens, experts]
        let logits: Tensor
        let routing: Routing
        /// [tokens × expertsPerToken, intermediate]
        let hidden: Tensor
        /// [tokens, sharedIntermediate]
        let sharedIntermediate: Tensor?
        /// A column without gaps, [tokens, 1].
        let sharedGate: Tensor?
    }

    let router: Linear
    let correction: PackedVector?
    let up: PackedExperts
    let down: PackedExperts
    let shared: Shared?
    let activation: Activation
    let buffers: Buffers

    func run(_ x: Tensor, _ mode: LinearOutput, into output: Tensor, _ backend: any Backend) {
        precondition(mode == .add, "experts add their results, they do not \(mode) them")
        let routing = buffers.routing
        let logits = buffers.logits.prefix(rows: x.rows)
        let hidden = buffers.hidden.prefix(rows: x.rows * routing.options.numExpertsPerToken)
        backend.linear(
            x, router.weight, bias: router.bias, activation: .none, output: .store, into: logits)
        backend.route(logits, bias: correction, into: routing)
        backend.groupedLinear(x, up, routing, activation: activation, into: hidden)
        backend.groupedLinear(hidden, down, routing, addingTo: output)
        if let shared { add(shared, x, to: output, backend) }
    }

    private func add(_ shared: Shared, _ x: Tensor, to output: Tensor, _ backend: any Backend) {
        guard let gate = shared.gate, let buffer = buffers.sharedGate else {
            shared.mlp.run(x, .add, into: output, backend)
            return
        }
        let factors = buffer.prefix(rows: x.rows)
        backend.linear(
            x, gate.weight, bias: gate.bias, activation: .sigmoid, output: .store, into: factors)
        shared.mlp.run(x, .addScaled(by: factors), into: output, backend)
    }

    var weightBytesPerToken: Int {
        router.weight.sizeInBytes + chosenBytesPerToken
            + (shared?.mlp.weightBytesPerToken ?? 0) + (shared?.gate?.weight.sizeInBytes ?? 0)
    }

    var chosenBytesPerToken: Int {
        let expert = [up, down].reduce(0) { $0 + ($1.weights.first?.sizeInBytes ?? 0) }
        return buffers.routing.options.numExpertsPerToken * expert
    }
}
