// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMTensors

/// Loads the feed-forward part of one layer after the other; they share the memory of a step.
struct FeedForwardLoader {
    private let configuration: DecoderConfiguration
    private let loader: WeightLoader
    private let intermediate: Tensor?
    private let expertBuffers: MixtureOfExperts.Buffers?

    /// Reserves the memory that the layers' kinds need.
    init(_ configuration: DecoderConfiguration, _ loader: WeightLoader, _ limits: ModelLimits) throws {
        self.configuration = configuration
        self.loader = loader
        let tokens = limits.maxNumBatchedTokens
        let isDense = (0..<configuration.numLayers).contains { configuration.experts(inLayer: $0) == nil }
        intermediate =
            isDense
            ? try loader.backend.allocate(
                rows: tokens, columns: configuration.intermediateSize,
                dtype: loader.backend.activationDType(for: loader.dtype))
            : nil
        expertBuffers = try configuration.experts.map {
            try MixtureOfExperts.Buffers($0, hiddenSize: configuration.hiddenSize, loader, tokens: tokens)
        }
    }

    /// The part of a layer.
    func layer(_ index: Int) throws -> any FeedForward {
        func named(_ template: String) -> String { DecoderNames.name(template, index) }
        if let experts = configuration.experts(inLayer: index), let expertBuffers {
            return try mixture(experts, named, expertBuffers)
        }
        let names = configuration.names
        guard let intermediate else { throw DeviceError("layer \(index) has no memory for its MLP.") }
        let outputs = intermediate.columns
        var up = [WeightLoader.Part(name: named(names.up), outputs: outputs)]
        if configuration.mlp.isGated {
            up = names.gate.map { [.init(name: named($0), outputs: outputs)] + up } ?? merged(up[0])
        }
        return try mlp(
            up: up, down: named(names.down), intermediate, hasBias: configuration.biases.contains(.mlp))
    }

    /// Gate and first half of an MLP from the layer that holds both.
    private func merged(_ part: WeightLoader.Part) -> [WeightLoader.Part] {
        let height = 2 * part.outputs
        return [0..<part.outputs, part.outputs..<height].map { range in
            WeightLoader.Part(
                name: part.name, outputs: part.outputs,
                rows: .init(range: range, pieceHeight: height, numPieces: 1))
        }
    }

    /// - Parameter up: the first half, behind the gate where it has one.
    private func mlp(
        up: [WeightLoader.Part], down: String, _ intermediate: Tensor, hasBias: Bool = false
    ) throws -> MLP {
        let outputs = intermediate.columns
        let isTransposed = configuration.names.isTransposed
        return MLP(
            up: try loader.linear(
                up, inputs: configuration.hiddenSize, arrangement: up.count == 1 ? .stacked : .gated,
                hasBias: hasBias, isTransposed: isTransposed),
            down: try loader.linear(
                [.init(name: down, outputs: configuration.hiddenSize)], inputs: outputs, hasBias: hasBias,
                isTransposed: isTransposed),
            activation: configuration.mlp.activation, intermediate: intermediate)
    }

    private func mixture(
        _ experts: ExpertsConfiguration, _ named: (String) -> String, _ buffers: MixtureOfExperts.Buffers
    ) throws -> MixtureOfExperts {
        let count = experts.routing.numExperts
        let names = experts.names
        let parts = (0..<count).map { Self.parts(experts, $0, configuration.hiddenSize, named) }
        // First, since its shape tells best how many experts there are.
        let router = try loader.linear(
            [.init(name: named(names.router), outputs: count)], inputs: configuration.hiddenSize,
            purpose: .router, hasBias: names.routerHasBias)
        let hasBias = if case .separate(_, _, _, let hasBias) = names.weights { hasBias } else { false }
        let ups = try parts.map {
            try loader.linear(
                $0.up, inputs: configuration.hiddenSize, arrangement: .gated, hasBias: hasBias)
        }
        let downs = try parts.map {
            try loader.linear([$0.down], inputs: experts.intermediateSize, hasBias: hasBias)
        }
        let (upBiases, downBiases) =
            hasBias ? (ups.compactMap(\.bias), downs.compactMap(\.bias)) : try biases(experts, named)
        return MixtureOfExperts(
            router: router,
            correction: try names.correction.map { try loader.vector(named($0), count: count) },
            up: PackedExperts(weights: ups.map(\.weight), biases: upBiases),
            down: PackedExperts(weights: downs.map(\.weight), biases: downBiases),
            shared: try shared(names, named, buffers), activation: configuration.mlp.activation,
            buffers: buffers)
    }

    /// Gate and up of an expert, and down.
    private static func parts(
        _ experts: ExpertsConfiguration, _ index: Int, _ hiddenSize: Int, _ named: (String) -> String
    ) -> (up: [WeightLoader.Part], down: WeightLoader.Part) {
        let size = experts.intermediateSize
        let count = experts.routing.numExperts
        switch experts.names.weights {
        case .separate(let gate, let up, let down, _):
            func part(_ template: String, _ outputs: Int) -> WeightLoader.Part {
                .init(name: DecoderNames.name(named(template), index), outputs: outputs)
            }
            return ([part(gate, size), part(up, size)], part(down, hiddenSize))
        case .stacked(let gateUp, let down):
            func part(_ template: String, _ rows: Range<Int>, of height: Int) -> WeightLoader.Part {
                .init(
                    name: named(template), outputs: rows.count,
                    slice: .init(index: index, count: count, height: height, rows: rows))
            }
            return (
                [part(gateUp, 0..<size, of: 2 * size), part(gateUp, size..<2 * size, of: 2 * size)],
                part(down, 0..<hiddenSize, of: hiddenSize)
            )
        case .alternating(let gateUp, let down, _, _):
            func part(_ template: String, _ rows: Range<Int>, by step: Int = 1) -> WeightLoader.Part {
                .init(
                    name: named(template), outputs: (rows.count + step - 1) / step,
                    slice: .init(
                        index: index, count: count, height: rows.upperBound, rows: rows, step: step,
                        isTransposed: true))
            }
            return (
                [part(gateUp, 0..<2 * size, by: 2), part(gateUp, 1..<2 * size, by: 2)],
                part(down, 0..<hiddenSize)
            )
        }
    }

    /// Biases of the experts' two layers that stand in a tensor for all; empty where they do not.
    private func biases(
        _ experts: ExpertsConfiguration, _ named: (String) -> String
    ) throws -> (up: [PackedVector], down: [PackedVector]) {
        guard case .alternating(_, _, let up?, let down?) = experts.names.weights else { return ([], []) }
        let count = experts.routing.numExperts
        return (
            try loader.vectors(named(up), rows: count, columns: 2 * experts.intermediateSize, step: 2),
            try loader.vectors(named(down), rows: count, columns: configuration.hiddenSize)
        )
    }

    private func shared(
        _ names: ExpertNames, _ named: (String) -> String, _ buffers: MixtureOfExperts.Buffers
    ) throws -> MixtureOfExperts.Shared? {
        guard let shared = names.shared, let intermediate = buffers.sharedIntermediate else { return nil }
        return MixtureOfExperts.Shared(
            mlp: try mlp(
                up: [shared.gate, shared.up].map { .init(name: named($0), outputs: intermediate.columns) },
                down: named(shared.down), intermediate),
            gate: try names.sharedGate.map {
                try loader.linear(
                    [.init(name: named($0), outputs: 1)], inputs: configuration.hiddenSize, purpose: .router)
            })
    }
}

extension MixtureOfExperts.Buffers {
    fileprivate init(
        _ experts: ExpertsConfiguration, hiddenSize: Int, _ loader: WeightLoader, tokens: Int
    ) throws {
        let backend = loader.backend
        let dtype = backend.activationDType(for: loader.dtype)
        let routing = experts.routing
        logits = try backend.allocate(rows: tokens, columns: routing.numExperts, dtype: .float32)
        self.routing = try backend.makeRouting(
            routing, tokens: tokens, inputs: hiddenSize, intermediate: experts.intermediateSize,
            activations: dtype, weights: loader.format(of: .linear))
        hidden = try backend.allocate(
            rows: tokens * routing.numExpertsPerToken, columns: experts.intermediateSize, dtype: dtype)
        sharedIntermediate =
            experts.sharedIntermediateSize > 0
            ? try backend.allocate(rows: tokens, columns: experts.sharedIntermediateSize, dtype: dtype) : nil
        sharedGate =
            experts.names.sharedGate == nil
            ? nil
            : try backend.allocate(rows: 1, columns: tokens, dtype: .float32)
                .reshaped(rows: tokens, columns: 1)
    }
}
