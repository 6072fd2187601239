// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMTensors

/// Loads the attention of one layer after the other; they share the memory of a step and the tables of positions.
struct AttentionLoader {
    private let configuration: DecoderConfiguration
    private let loader: WeightLoader
    private let buffers: GroupedQueryAttention.Buffers?
    private let latent: LatentAttentionLoader?
    private let tables: [RotaryConfiguration: (cosines: PackedVector, sines: PackedVector)]
    private let slopes: PackedVector?

    /// Reserves the memory, and computes the tables that layers need.
    init(_ configuration: DecoderConfiguration, _ loader: WeightLoader, _ limits: ModelLimits) throws {
        self.configuration = configuration
        self.loader = loader
        latent = try configuration.latentAttention.map {
            try LatentAttentionLoader($0, configuration, loader, limits)
        }
        buffers =
            latent == nil ? try GroupedQueryAttention.Buffers(configuration, loader, limits) : nil
        slopes = try configuration.alibi.slopes(heads: configuration.numHeads).map {
            try loader.backend.pack(values: $0)
        }
        var tables: [RotaryConfiguration: (cosines: PackedVector, sines: PackedVector)] = [:]
        for layer in 0..<configuration.numLayers {
            guard case .rotary(let rotary) = configuration.positions(inLayer: layer), tables[rotary] == nil
            else { continue }
            let table = rotary.table(maxModelLen: limits.maxModelLen, on: loader.backend)
            tables[rotary] = (
                try loader.backend.pack(values: table.cosines), try loader.backend.pack(values: table.sines)
            )
        }
        self.tables = tables
    }

    /// The attention of a layer.
    func layer(_ index: Int) throws -> any AttentionLayer {
        func named(_ template: String) -> String { DecoderNames.name(template, index) }
        var options = AttentionOptions(
            scale: configuration.attentionScale ?? 1 / Float(configuration.headDim).squareRoot())
        options.window = configuration.windows[index]
        options.softCap = configuration.attentionSoftCap
        options.alibiSlopes = slopes
        let names = configuration.names
        options.sinks = try names.sinks.map {
            try loader.vector(named($0), count: configuration.numHeads)
        }
        if let latent { return try self.layer(index, latent, options) }
        guard let buffers else { throw DeviceError("layer \(index) has no memory for its attention.") }
        return GroupedQueryAttention(
            numHeads: configuration.numHeads,
            cacheSpec: KVCacheSpec(
                numHeads: configuration.numKVHeads, headDim: configuration.headDim, dtype: loader.dtype),
            queryKeyValue: try queryKeyValue(named), split: try split(index, named), options: options,
            output: try loader.linear(
                [.init(name: named(names.attentionOutput), outputs: configuration.hiddenSize)],
                inputs: configuration.numHeads * configuration.headDim,
                hasBias: configuration.biases.contains(.attentionOutput), isTransposed: names.isTransposed),
            buffers: buffers)
    }

    private func layer(
        _ index: Int, _ latent: LatentAttentionLoader, _ options: AttentionOptions
    ) throws -> LatentAttention {
        guard case .rotary(let rotary) = configuration.positions(inLayer: index), let table = tables[rotary]
        else { throw DeviceError("layer \(index) has latent attention without rotary positions.") }
        return try latent.layer(index, options, rotary.style == .halves ? .halves : .interleaved, table)
    }

    private func queryKeyValue(_ named: (String) -> String) throws -> Linear {
        let queries = configuration.numHeads * configuration.headDim
        let keys = configuration.numKVHeads * configuration.headDim
        let parts: [WeightLoader.Part] =
            switch configuration.names.queryKeyValue {
            case .merged(let name, layout: .stacked): [.init(name: named(name), outputs: queries + 2 * keys)]
            case .merged(let name, layout: .perHead), .merged(let name, layout: .perGroup):
                interleaved(named(name))
            case .separate(let query, let key, let value):
                [
                    .init(name: named(query), outputs: queries), .init(name: named(key), outputs: keys),
                    .init(name: named(value), outputs: keys),
                ]
            }
        return try loader.linear(
            parts, inputs: configuration.hiddenSize, hasBias: configuration.biases.contains(.queryKeyValue),
            isTransposed: configuration.names.isTransposed)
    }

    /// Queries, keys and values from a layer whose rows go from one key/value head to the next.
    private func interleaved(_ name: String) -> [WeightLoader.Part] {
        let groups = configuration.numKVHeads
        let dimension = configuration.headDim
        let queries = configuration.numHeads / groups * dimension
        let height = queries + 2 * dimension
        return [0..<queries, queries..<queries + dimension, queries + dimension..<height].map { range in
            .init(
                name: name, outputs: range.count * groups,
                rows: .init(range: range, pieceHeight: height, numPieces: groups))
        }
    }

    private func split(_ index: Int, _ named: (String) -> String) throws -> QueryKeyValueOptions {
        var split = QueryKeyValueOptions()
        if case .rotary(let rotary) = configuration.positions(inLayer: index), let table = tables[rotary] {
            split.rotary = rotary.style == .halves ? .halves : .interleaved
            split.rotaryDim = rotary.dimension
            (split.cosines, split.sines) = table
        }
        guard let kind = configuration.queryKeyNorm.kind else { return split }
        guard let query = configuration.names.queryNorm, let key = configuration.names.keyNorm else {
            throw DeviceError("layer \(index) has norms of queries and keys without names.")
        }
        split.epsilon = configuration.epsilon
        split.normKind = kind
        if case .wholeWidth = configuration.queryKeyNorm { split.normExtent = .allHeads }
        split.queryNorm = try norm(named(query), heads: configuration.numHeads)
        split.keyNorm = try norm(named(key), heads: configuration.numKVHeads)
        return split
    }

    /// The weights of the norm of queries or of keys.
    private func norm(_ name: String, heads: Int) throws -> PackedVector {
        let dimension = configuration.headDim
        let values =
            switch configuration.queryKeyNorm {
            case .none: [Float]()
            case .perHead: try loader.values(name + ".weight", rows: dimension, columns: 1)
            case .wholeWidth: try loader.values(name + ".weight", rows: heads * dimension, columns: 1)
            case .eachHead where !name.contains("{}"):
                try loader.values(name + ".weight", rows: heads, columns: dimension)
            case .eachHead:
                try (0..<heads).flatMap { head in
                    try loader.values(
                        DecoderNames.name(name, head) + ".weight", rows: dimension, columns: 1)
                }
            }
        return try loader.backend.pack(values: values.map { $0 + configuration.normWeightOffset })
    }
}

extension GroupedQueryAttention.Buffers {
    fileprivate init(
        _ configuration: DecoderConfiguration, _ loader: WeightLoader, _ limits: ModelLimits
    ) throws {
        let dtype = loader.backend.activationDType(for: loader.dtype)
        let tokens = limits.maxNumBatchedTokens
        let width = configuration.numHeads * configuration.headDim
        func buffer(_ columns: Int, _ dtype: DType) throws -> Tensor {
            try loader.backend.allocate(rows: tokens, columns: columns, dtype: dtype)
        }
        queryKeyValue = try buffer(width + 2 * configuration.numKVHeads * configuration.headDim, .float32)
        queries = try buffer(width, dtype)
        attention = try buffer(width, dtype)
    }
}
