// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
package import VLLMTensors

/// A decoder-only transformer made from declared choices.
package final class DecoderStack: TextModel {
    /// The weights of one layer.
    struct Layer {
        var attentionNorm: Norm?
        var attention: any AttentionLayer
        var attentionOutputNorm: Norm?
        var mlpNorm: Norm?
        var feedForward: any FeedForward
        var mlpOutputNorm: Norm?
    }

    /// Memory of one step; every step uses the same.
    struct Buffers {
        let residual: Tensor
        let normed: Tensor
        /// The second norm of parallel branches.
        let secondNormed: Tensor?
        /// A branch's result that goes through a norm before it is added.
        let branch: Tensor?
        /// What each token's results are multiplied with before they are added, [tokens, 1].
        let residualScales: Tensor?
        let rows: Tensor
        let normedRows: Tensor
        let logits: Tensor
    }

    /// A layer between the width of the embedding and the head and that of the residual stream, and memory of the
    /// narrower width.
    struct WidthProjection {
        let linear: Linear
        /// In the type of activations.
        let rounded: Tensor
        /// The tokens' vectors in float32; none of the head.
        let vectors: Tensor?
    }

    let configuration: DecoderConfiguration
    private let backend: any Backend
    private let embedding: PackedWeight
    private let embeddingProjection: WidthProjection?
    private let embeddingScale: Float
    private let positionTable: PackedWeight?
    private let layers: [Layer]
    private let finalNorm: Norm?
    private let headProjection: WidthProjection?
    private let head: Linear
    private let buffers: Buffers
    package let kvCacheSpecs: [KVCacheSpec]

    package var vocabularySize: Int { configuration.vocabularySize }

    /// Bytes of the weights that a step of one token reads: all but the rows of an embedding that is not the head.
    package var weightBytesPerStep: Int {
        layers.reduce(head.weight.sizeInBytes) { total, layer in
            total + layer.attention.weightBytesPerToken + layer.feedForward.weightBytesPerToken
        }
    }

    /// Those of them that belong to the token's experts.
    package var chosenBytesPerStep: Int { layers.reduce(0) { $0 + $1.feedForward.chosenBytesPerToken } }

    /// Packs the weights and reserves the buffers.
    package init(_ configuration: DecoderConfiguration, loader: WeightLoader, limits: ModelLimits) throws {
        self.configuration = configuration
        backend = loader.backend
        let names = configuration.names
        let embedding = try loader.linear(
            [.init(name: names.embedding, outputs: configuration.vocabularySize)],
            inputs: configuration.embeddingWidth, purpose: .table)
        self.embedding = embedding.weight
        (embeddingProjection, headProjection) = try Self.loadProjections(configuration, loader, limits)
        let scale = configuration.embeddingScale
        embeddingScale = configuration.roundsEmbeddingScale ? loader.dtype.rounding(scale) : scale
        positionTable = try Self.loadPositions(configuration, loader)
        layers = try Self.loadLayers(configuration, loader, limits)
        finalNorm = try names.finalNorm.map { try Self.loadNorm($0, configuration, loader) }
        head = try Self.loadHead(configuration, loader, embedding: embedding.weight)
        buffers = try Buffers(configuration, loader, limits)
        kvCacheSpecs = layers.map(\.attention.cacheSpec)
    }

    package func hiddenStates(_ batch: StepBatch, cache: KVCache) -> Tensor {
        let residual = buffers.residual.prefix(rows: batch.tokenIDs.count)
        if let projection = embeddingProjection, let vectors = projection.vectors {
            let vectors = vectors.prefix(rows: residual.rows)
            let rounded = projection.rounded.prefix(rows: residual.rows)
            backend.embed(batch.tokenIDs, from: embedding, into: vectors, accumulate: false)
            backend.convert(vectors, into: rounded)
            multiply(rounded, projection.linear, into: residual)
        } else {
            backend.embed(batch.tokenIDs, from: embedding, into: residual, accumulate: false)
        }
        if embeddingScale != 1 { backend.scale(residual, by: embeddingScale, softCap: 0) }
        if let positionTable {
            backend.embed(batch.positions, from: positionTable, into: residual, accumulate: true)
        }
        let step = AttentionStep(batch: batch, cache: cache, backend: backend)
        for (index, layer) in layers.enumerated() { run(layer, index, on: residual, step) }
        return residual
    }

    private func multiply(_ x: Tensor, _ linear: Linear, into output: Tensor) {
        backend.linear(x, linear.weight, bias: linear.bias, activation: .none, output: .store, into: output)
    }

    /// A layer whose norms come behind the sums.
    private func runNormedSums(
        _ layer: Layer, _ index: Int, on residual: Tensor, _ step: AttentionStep
    ) {
        let input = norm(residual, nil, into: buffers.normed)
        layer.attention.run(input, .add, into: residual, layer: index, step)
        if let norm = layer.attentionNorm { backend.norm(residual, norm, into: residual) }
        backend.convert(residual, into: input)
        layer.feedForward.run(input, .add, into: residual, backend)
        if let norm = layer.mlpNorm { backend.norm(residual, norm, into: residual) }
    }

    private func run(_ layer: Layer, _ index: Int, on residual: Tensor, _ step: AttentionStep) {
        guard configuration.residual != .normedSum else {
            runNormedSums(layer, index, on: residual, step)
            return
        }
        let normed = norm(residual, layer.attentionNorm, into: buffers.normed)
        var input = normed
        // What is parallel takes its input before attention's result is added.
        let isParallel = configuration.residual == .parallel
        if isParallel, let norm = layer.mlpNorm, let buffer = buffers.secondNormed {
            input = self.norm(residual, norm, into: buffer)
        }
        add(to: residual, layer.attentionOutputNorm) { output, mode in
            layer.attention.run(normed, mode, into: output, layer: index, step)
        }
        if !isParallel { input = norm(residual, layer.mlpNorm, into: buffers.normed) }
        add(to: residual, layer.mlpOutputNorm) { output, mode in
            layer.feedForward.run(input, mode, into: output, backend)
        }
    }

    /// The residual stream behind a norm, or as it is, in the type that linear layers take.
    private func norm(_ residual: Tensor, _ norm: Norm?, into buffer: Tensor) -> Tensor {
        let output = buffer.prefix(rows: residual.rows)
        if let norm {
            backend.norm(residual, norm, into: output)
        } else {
            backend.convert(residual, into: output)
        }
        return output
    }

    /// Adds a branch's result to the residual stream, scaled, or behind a norm.
    private func add(
        to residual: Tensor, _ norm: Norm?, _ branch: (_ output: Tensor, _ mode: LinearOutput) -> Void
    ) {
        guard let norm, let buffer = buffers.branch else {
            branch(
                residual,
                buffers.residualScales.map { .addScaled(by: $0.prefix(rows: residual.rows)) } ?? .add)
            return
        }
        let result = buffer.prefix(rows: residual.rows)
        branch(result, .store)
        backend.norm(result, norm, addingTo: residual)
    }

    package func logits(_ rows: [Int32], of hidden: Tensor) -> Tensor {
        precondition(rows.count <= logitsSlab, "\(rows.count) rows of logits, more than \(logitsSlab)")
        let gathered = buffers.rows.prefix(rows: rows.count)
        var input = buffers.normedRows.prefix(rows: rows.count)
        let logits = buffers.logits.prefix(rows: rows.count)
        backend.gather(rows, of: hidden, into: gathered)
        input = norm(gathered, finalNorm, into: input)
        if let projection = headProjection {
            let projected = projection.rounded.prefix(rows: rows.count)
            multiply(input, projection.linear, into: projected)
            input = projected
        }
        multiply(input, head, into: logits)
        if configuration.logitScale != 1 || configuration.logitSoftCap > 0 {
            backend.scale(logits, by: configuration.logitScale, softCap: configuration.logitSoftCap)
        }
        return logits
    }
}
