// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCPU
import VLLMTensors

/// Random experts in a backend's layout, and random tokens that were routed to them.
struct ExpertsCase {
    let backend: CPUBackend
    let x: Tensor
    let routing: Routing
    let gateUp: PackedExperts
    let down: PackedExperts
    let hidden: Tensor
    let residual: Tensor

    var perToken: Int { routing.options.numExpertsPerToken }

    /// Activations between layers whose weights have a format.
    static func activations(_ format: WeightFormat) -> DType {
        if case .dense(let dtype) = format, dtype != .bfloat16 { return .float32 }
        return .bfloat16
    }

    init(
        _ backend: CPUBackend, format: WeightFormat, tokens: Int, inputs: Int, intermediate: Int,
        experts: Int = 6, perToken: Int = 2, hasBias: Bool = false
    ) throws {
        self.backend = backend
        let type = Self.activations(format)
        var random = SeededNumbers(seed: UInt64(tokens + 1))
        func fill(_ tensor: Tensor) {
            for row in 0..<tensor.rows {
                for column in 0..<tensor.columns { tensor.store(random.next(), row, column) }
            }
        }
        func source(_ rows: Int, _ columns: Int) throws -> TensorSource {
            let tensor = try backend.allocate(rows: rows, columns: columns, dtype: .float32)
            fill(tensor)
            return TensorSource(
                address: tensor.address, dtype: .float32, rows: rows, columns: columns,
                rowStride: tensor.stride)
        }
        func layer(_ parts: () throws -> [TensorSource], _ arrangement: WeightDescription.Arrangement) throws
            -> PackedExperts
        {
            var weights: [PackedWeight] = []
            var biases: [PackedVector] = []
            for _ in 0..<experts {
                let parts = try parts()
                weights.append(
                    try backend.pack(
                        WeightDescription(parts: parts, arrangement: arrangement, format: format)))
                guard hasBias else { continue }
                biases.append(
                    try backend.pack(
                        vector: try parts.map { try source($0.rows, 1) }, arrangement: arrangement))
            }
            return PackedExperts(weights: weights, biases: biases)
        }
        gateUp = try layer(
            { [try source(intermediate, inputs), try source(intermediate, inputs)] }, .gated)
        down = try layer({ [try source(inputs, intermediate)] }, .stacked)
        x = try backend.allocate(rows: tokens, columns: inputs, dtype: type)
        fill(x)
        routing = try backend.makeRouting(
            RoutingOptions(numExperts: experts, numExpertsPerToken: perToken, normalizes: true),
            tokens: tokens, inputs: inputs, intermediate: intermediate, activations: type, weights: format)
        let logits = try backend.allocate(rows: tokens, columns: experts, dtype: .float32)
        fill(logits)
        backend.route(logits, bias: nil, into: routing)
        hidden = try backend.allocate(rows: tokens * perToken, columns: intermediate, dtype: type)
        residual = try backend.allocate(rows: tokens, columns: inputs, dtype: .float32)
        fill(residual)
    }

    /// Runs both layers; the residual stream's bits.
    func run() -> [UInt32] {
        backend.groupedLinear(x, gateUp, routing, activation: .silu, into: hidden)
        backend.groupedLinear(hidden, down, routing, addingTo: residual)
        return backend.read(residual).map(\.bitPattern)
    }

    /// What plain linear layers give, a token and an expert at a time, in rising order of experts.
    func reference() throws -> [UInt32] {
        let output = try backend.allocate(rows: x.rows, columns: x.columns, dtype: .float32)
        let one = try backend.allocate(rows: 1, columns: hidden.columns, dtype: hidden.dtype)
        for token in 0..<x.rows {
            let target = output.row(token)
            for column in 0..<x.columns { target.store(residual.load(token, column), 0, column) }
            for choice in 0..<perToken {
                let expert = Int(routing.experts.integer(token, choice))
                backend.linear(
                    x.row(token), gateUp.weights[expert],
                    bias: gateUp.biases.isEmpty ? nil : gateUp.biases[expert], activation: .silu,
                    output: .store, into: one)
                let factor = Tensor(
                    address: routing.weights.address + UInt(4 * (token * perToken + choice)),
                    dtype: .float32, rows: 1, columns: 1)
                backend.linear(
                    one, down.weights[expert], bias: down.biases.isEmpty ? nil : down.biases[expert],
                    activation: .none, output: .addScaled(by: factor), into: target)
            }
        }
        return backend.read(output).map(\.bitPattern)
    }
}
