// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMTensors

extension DecoderStack {
    static func loadPositions(
        _ configuration: DecoderConfiguration, _ loader: WeightLoader
    ) throws -> PackedWeight? {
        guard configuration.positions == .learned, let name = configuration.names.positions else {
            return nil
        }
        let part = WeightLoader.Part(name: name, outputs: configuration.maxPositions)
        return try loader.linear([part], inputs: configuration.hiddenSize, purpose: .positions).weight
    }

    static func loadHead(
        _ configuration: DecoderConfiguration, _ loader: WeightLoader, embedding: PackedWeight
    ) throws -> Linear {
        let hasBias = configuration.biases.contains(.head)
        guard !configuration.tiesEmbeddings else {
            let name = configuration.names.head + ".bias"
            return Linear(
                weight: embedding,
                bias: hasBias ? try loader.vector(name, count: configuration.vocabularySize) : nil)
        }
        return try loader.linear(
            [.init(name: configuration.names.head, outputs: configuration.vocabularySize)],
            inputs: configuration.hiddenSize, purpose: .table, hasBias: hasBias)
    }

    static func loadLayers(
        _ configuration: DecoderConfiguration, _ loader: WeightLoader, _ limits: ModelLimits
    ) throws -> [Layer] {
        var split = QueryKeyValueOptions()
        split.epsilon = configuration.epsilon
        if case .rotary(let rotary) = configuration.positions {
            let table = rotary.table(positions: limits.maxModelLen)
            split.rotary = rotary.style == .halves ? .halves : .interleaved
            split.rotaryDim = rotary.dimension
            split.cosines = try loader.backend.pack(values: table.cosines)
            split.sines = try loader.backend.pack(values: table.sines)
        }
        let feedForward = try FeedForwardLoader(configuration, loader, limits)
        return try (0..<configuration.numLayers).map {
            try loadLayer($0, configuration, loader, feedForward, split: split)
        }
    }

    private static func loadLayer(
        _ index: Int, _ configuration: DecoderConfiguration, _ loader: WeightLoader,
        _ feedForward: FeedForwardLoader, split: QueryKeyValueOptions
    ) throws -> Layer {
        let names = configuration.names
        func named(_ template: String) -> String { DecoderNames.name(template, index) }
        func norm(_ template: String) throws -> Norm {
            try loader.norm(
                named(template), kind: configuration.norm, count: configuration.hiddenSize,
                epsilon: configuration.epsilon)
        }
        var split = split
        if configuration.hasQueryKeyNorm, let query = names.queryNorm, let key = names.keyNorm {
            split.queryNorm = try loader.vector(named(query) + ".weight", count: configuration.headDim)
            split.keyNorm = try loader.vector(named(key) + ".weight", count: configuration.headDim)
        }
        var attention = AttentionOptions(scale: 1 / Float(configuration.headDim).squareRoot())
        attention.window = configuration.windows[index]
        return Layer(
            attentionNorm: try norm(names.attentionNorm),
            queryKeyValue: try loadQueryKeyValue(named, configuration, loader), split: split,
            attention: attention,
            attentionOutput: try loader.linear(
                [.init(name: named(names.attentionOutput), outputs: configuration.hiddenSize)],
                inputs: configuration.numHeads * configuration.headDim,
                hasBias: configuration.biases.contains(.attentionOutput), isTransposed: names.isTransposed),
            mlpNorm: configuration.residual == .parallel ? nil : try names.mlpNorm.map(norm),
            feedForward: try feedForward.layer(index))
    }

    private static func loadQueryKeyValue(
        _ named: (String) -> String, _ configuration: DecoderConfiguration, _ loader: WeightLoader
    ) throws -> Linear {
        let queries = configuration.numHeads * configuration.headDim
        let keys = configuration.numKVHeads * configuration.headDim
        let parts: [WeightLoader.Part] =
            switch configuration.names.queryKeyValue {
            case .merged(let name): [.init(name: named(name), outputs: queries + 2 * keys)]
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
}

extension DecoderStack.Buffers {
    init(_ configuration: DecoderConfiguration, _ loader: WeightLoader, _ limits: ModelLimits) throws {
        let backend = loader.backend
        let dtype = backend.activationDType(for: loader.dtype)
        let tokens = limits.maxNumBatchedTokens
        let width = configuration.numHeads * configuration.headDim
        func buffer(_ rows: Int, _ columns: Int, _ dtype: DType) throws -> Tensor {
            try backend.allocate(rows: rows, columns: columns, dtype: dtype)
        }
        residual = try buffer(tokens, configuration.hiddenSize, .float32)
        normed = try buffer(tokens, configuration.hiddenSize, dtype)
        queryKeyValue = try buffer(
            tokens, width + 2 * configuration.numKVHeads * configuration.headDim, .float32)
        queries = try buffer(tokens, width, dtype)
        attention = try buffer(tokens, width, dtype)
        rows = try buffer(logitsSlab, configuration.hiddenSize, .float32)
        normedRows = try buffer(logitsSlab, configuration.hiddenSize, dtype)
        logits = try buffer(logitsSlab, configuration.vocabularySize, .float32)
    }
}
