// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMTensors

/// Loads latent attention, one layer after the other; they share the memory of a step.
struct LatentAttentionLoader {
    private let latent: LatentAttentionConfiguration
    private let configuration: DecoderConfiguration
    private let loader: WeightLoader
    private let buffers: LatentAttention.Buffers

    /// Reserves the memory.
    init(
        _ latent: LatentAttentionConfiguration, _ configuration: DecoderConfiguration, _ loader: WeightLoader,
        _ limits: ModelLimits
    ) throws {
        (self.latent, self.configuration, self.loader) = (latent, configuration, loader)
        buffers = try LatentAttention.Buffers(latent, configuration, loader, limits)
    }

    /// The attention of a layer.
    func layer(
        _ index: Int, _ options: AttentionOptions, _ style: RotaryStyle,
        _ table: (cosines: PackedVector, sines: PackedVector)
    ) throws -> LatentAttention {
        func named(_ template: String) -> String { DecoderNames.name(template, index) }
        let (keys, values) = try expansions(named)
        return LatentAttention(
            numHeads: configuration.numHeads,
            cacheSpec: KVCacheSpec(
                numHeads: 1, headDim: latent.keyDim, dtype: loader.dtype, valuePrefix: latent.rank),
            query: try query(named),
            latent: try loader.linear(
                [.init(name: named(latent.names.latent), outputs: latent.keyDim)],
                inputs: configuration.hiddenSize, hasBias: latent.hasBias),
            keys: keys, values: values,
            split: LatentOptions(
                rotary: style, rotaryDim: latent.rotaryDim, cosines: table.cosines, sines: table.sines,
                norm: try norm(named(latent.names.latentNorm), count: latent.rank)),
            options: options,
            output: try loader.linear(
                [.init(name: named(configuration.names.attentionOutput), outputs: configuration.hiddenSize)],
                inputs: configuration.numHeads * latent.valueDim,
                hasBias: configuration.biases.contains(.attentionOutput)),
            buffers: buffers)
    }

    private func query(_ named: (String) -> String) throws -> LatentAttention.Query {
        let names = latent.names
        let part = WeightLoader.Part(
            name: named(names.query), outputs: configuration.numHeads * (latent.contentDim + latent.rotaryDim)
        )
        guard latent.queryRank > 0 else {
            return .init(down: nil, up: try loader.linear([part], inputs: configuration.hiddenSize))
        }
        let down = try loader.linear(
            [.init(name: named(names.queryDown), outputs: latent.queryRank)],
            inputs: configuration.hiddenSize, hasBias: latent.hasBias)
        return .init(
            down: (down, try norm(named(names.queryNorm), count: latent.queryRank)),
            up: try loader.linear([part], inputs: latent.queryRank))
    }

    private func norm(_ name: String, count: Int) throws -> Norm {
        try loader.norm(name, kind: .rms, count: count, epsilon: latent.epsilon, hasBias: false)
    }

    /// The matrices between the latent vector and each head's content and value.
    private func expansions(
        _ named: (String) -> String
    ) throws -> (keys: [PackedWeight], values: [PackedWeight]) {
        switch latent.names.keyValue {
        case .merged(let name): return try expansions(ofMerged: named(name))
        case .perHead(let key, let value):
            return (
                try heads(named(key), outputs: latent.rank, inputs: latent.contentDim),
                try heads(named(value), outputs: latent.valueDim, inputs: latent.rank)
            )
        }
    }

    private func heads(_ name: String, outputs: Int, inputs: Int) throws -> [PackedWeight] {
        try (0..<configuration.numHeads).flatMap { head in
            try loader.pieces(
                of: .init(name: DecoderNames.name(name, head), outputs: outputs), inputs: inputs,
                [.init(rows: 0..<outputs, isTransposed: false)])
        }
    }

    private func expansions(
        ofMerged name: String
    ) throws -> (keys: [PackedWeight], values: [PackedWeight]) {
        let height = latent.contentDim + latent.valueDim
        let pieces = (0..<configuration.numHeads).flatMap { head in
            let start = head * height
            return [
                WeightLoader.Piece(rows: start..<start + latent.contentDim, isTransposed: true),
                WeightLoader.Piece(rows: start + latent.contentDim..<start + height, isTransposed: false),
            ]
        }
        let weights = try loader.pieces(
            of: .init(name: name, outputs: configuration.numHeads * height), inputs: latent.rank, pieces)
        return (
            stride(from: 0, to: weights.count, by: 2).map { weights[$0] },
            stride(from: 1, to: weights.count, by: 2).map { weights[$0] }
        )
    }
}

extension LatentAttention.Buffers {
    fileprivate init(
        _ latent: LatentAttentionConfiguration, _ configuration: DecoderConfiguration, _ loader: WeightLoader,
        _ limits: ModelLimits
    ) throws {
        let dtype = loader.backend.activationDType(for: loader.dtype)
        let heads = configuration.numHeads
        func buffer(_ columns: Int, _ dtype: DType) throws -> Tensor {
            try loader.backend.allocate(rows: limits.maxNumBatchedTokens, columns: columns, dtype: dtype)
        }
        queryVector =
            latent.queryRank > 0
            ? (try buffer(latent.queryRank, .float32), try buffer(latent.queryRank, dtype)) : nil
        queries = try buffer(heads * (latent.contentDim + latent.rotaryDim), .float32)
        latents = try buffer(latent.keyDim, .float32)
        contents = try buffer(heads * latent.contentDim, dtype)
        keyed = try buffer(heads * latent.keyDim, dtype)
        attention = try buffer(heads * latent.rank, dtype)
        values = try buffer(heads * latent.valueDim, dtype)
    }
}
