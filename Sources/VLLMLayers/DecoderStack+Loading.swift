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
        let first = configuration.positionOffset
        let height = first + configuration.maxPositions
        let part = WeightLoader.Part(
            name: name, outputs: configuration.maxPositions,
            rows: first == 0 ? nil : .init(range: first..<height, pieceHeight: height, numPieces: 1))
        return try loader.linear([part], inputs: configuration.hiddenSize, purpose: .positions).weight
    }

    static func loadHead(
        _ configuration: DecoderConfiguration, _ loader: WeightLoader, embedding: PackedWeight
    ) throws -> Linear {
        let name = configuration.names.head
        let hasBias = configuration.biases.contains(.head)
        func bias() throws -> PackedVector? {
            hasBias ? try loader.vector(name + ".bias", count: configuration.vocabularySize) : nil
        }
        if configuration.normalizesHead {
            let table = configuration.tiesEmbeddings ? configuration.names.embedding : name
            let weight = try loader.normalizedTable(
                table, rows: configuration.vocabularySize, columns: configuration.embeddingWidth)
            return Linear(weight: weight, bias: try bias())
        }
        guard !configuration.tiesEmbeddings else { return Linear(weight: embedding, bias: try bias()) }
        return try loader.linear(
            [.init(name: name, outputs: configuration.vocabularySize)],
            inputs: configuration.embeddingWidth, purpose: .table, hasBias: hasBias)
    }

    /// The projections between the width of the embedding and the head and that of the residual stream.
    static func loadProjections(
        _ configuration: DecoderConfiguration, _ loader: WeightLoader, _ limits: ModelLimits
    ) throws -> (embedding: WidthProjection?, head: WidthProjection?) {
        let (narrow, wide) = (configuration.embeddingWidth, configuration.hiddenSize)
        let dtype = loader.backend.activationDType(for: loader.dtype)
        func linear(_ name: String, from inputs: Int, to outputs: Int) throws -> Linear {
            try loader.linear([.init(name: name, outputs: outputs)], inputs: inputs)
        }
        func buffer(_ rows: Int, _ columns: Int, _ dtype: DType) throws -> Tensor {
            try loader.backend.allocate(rows: rows, columns: columns, dtype: dtype)
        }
        let embedding = try configuration.names.embeddingProjection.map { name in
            let tokens = limits.maxNumBatchedTokens
            return WidthProjection(
                linear: try linear(name, from: narrow, to: wide), rounded: try buffer(tokens, narrow, dtype),
                vectors: try buffer(tokens, narrow, .float32))
        }
        let head = try configuration.names.headProjection.map { name in
            WidthProjection(
                linear: try linear(name, from: wide, to: narrow),
                rounded: try buffer(logitsSlab, narrow, dtype), vectors: nil)
        }
        return (embedding, head)
    }

    /// A norm over the residual stream or over what is added to it.
    static func loadNorm(
        _ name: String, _ configuration: DecoderConfiguration, _ loader: WeightLoader
    ) throws -> Norm {
        try loader.norm(
            name, kind: configuration.norm, count: configuration.hiddenSize, epsilon: configuration.epsilon,
            hasBias: configuration.normHasBias, weightOffset: configuration.normWeightOffset)
    }

    static func loadLayers(
        _ configuration: DecoderConfiguration, _ loader: WeightLoader, _ limits: ModelLimits
    ) throws -> [Layer] {
        try check(configuration, loader)
        let names = configuration.names
        let attention = try AttentionLoader(configuration, loader, limits)
        let feedForward = try FeedForwardLoader(configuration, loader, limits)
        return try (0..<configuration.numLayers).map { index in
            func norm(_ template: String?) throws -> Norm? {
                try template.map { try loadNorm(DecoderNames.name($0, index), configuration, loader) }
            }
            return Layer(
                attentionNorm: try norm(names.attentionNorm), attention: try attention.layer(index),
                attentionOutputNorm: try norm(names.attentionOutputNorm),
                mlpNorm: try norm(names.mlpNorm), feedForward: try feedForward.layer(index),
                mlpOutputNorm: try norm(names.mlpOutputNorm))
        }
    }

    /// Choices that exclude each other are refused, not forgotten.
    private static func check(
        _ configuration: DecoderConfiguration, _ loader: WeightLoader
    ) throws(CheckpointError) {
        let names = configuration.names
        func refuse(_ what: String) -> CheckpointError {
            CheckpointError(loader.checkpoint.source.path(of: "config.json"), "asks for \(what).")
        }
        let isScaled = configuration.residualScale != 1
        if isScaled, names.attentionOutputNorm != nil || names.mlpOutputNorm != nil {
            throw refuse("results that are both scaled and normed, which is not supported")
        }
        if configuration.residual == .normedSum, isScaled || names.attentionOutputNorm != nil {
            throw refuse("sums that are normed of results that are scaled or normed, which is not supported")
        }
        if configuration.experts != nil, isScaled || names.mlpOutputNorm != nil {
            throw refuse("experts whose results are scaled or normed, which is not supported")
        }
        let factors = [configuration.embeddingScale, configuration.residualScale, configuration.logitScale]
        guard factors.allSatisfy(\.isFinite) else { throw refuse("a scale that is no finite number") }
        guard configuration.attentionScale ?? 1 > 0, configuration.attentionScale?.isFinite ?? true else {
            throw refuse("a scale of attention that is not greater than zero")
        }
        guard (0..<Float.infinity).contains(configuration.attentionSoftCap),
            (0..<Float.infinity).contains(configuration.logitSoftCap)
        else {
            throw refuse("a soft cap that is no finite number from zero")
        }
    }
}

extension DecoderStack.Buffers {
    init(_ configuration: DecoderConfiguration, _ loader: WeightLoader, _ limits: ModelLimits) throws {
        let backend = loader.backend
        let dtype = backend.activationDType(for: loader.dtype)
        let tokens = limits.maxNumBatchedTokens
        let names = configuration.names
        func buffer(_ rows: Int, _ columns: Int, _ dtype: DType) throws -> Tensor {
            try backend.allocate(rows: rows, columns: columns, dtype: dtype)
        }
        residual = try buffer(tokens, configuration.hiddenSize, .float32)
        normed = try buffer(tokens, configuration.hiddenSize, dtype)
        secondNormed =
            configuration.residual == .parallel && names.mlpNorm != nil
            ? try buffer(tokens, configuration.hiddenSize, dtype) : nil
        branch =
            names.attentionOutputNorm != nil || names.mlpOutputNorm != nil
            ? try buffer(tokens, configuration.hiddenSize, .float32) : nil
        let scale = configuration.residualScale
        residualScales =
            scale == 1 ? nil : try buffer(1, tokens, .float32).reshaped(rows: tokens, columns: 1)
        if let residualScales {
            backend.write([Float](repeating: scale, count: tokens), to: residualScales)
        }
        rows = try buffer(logitsSlab, configuration.hiddenSize, .float32)
        normedRows = try buffer(logitsSlab, configuration.hiddenSize, dtype)
        logits = try buffer(logitsSlab, configuration.vocabularySize, .float32)
    }
}
