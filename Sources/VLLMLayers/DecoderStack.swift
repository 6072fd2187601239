// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
package import VLLMTensors

/// A decoder-only transformer made from declared choices.
package final class DecoderStack: TextModel {
    /// The weights of one layer.
    struct Layer {
        var attentionNorm: Norm
        var queryKeyValue: Linear
        var split: QueryKeyValueOptions
        var attention: AttentionOptions
        var attentionOutput: Linear
        var mlpNorm: Norm?
        var feedForward: any FeedForward
    }

    /// Memory of one step; every step uses the same.
    struct Buffers {
        let residual: Tensor
        let normed: Tensor
        let queryKeyValue: Tensor
        let queries: Tensor
        let attention: Tensor
        let rows: Tensor
        let normedRows: Tensor
        let logits: Tensor
    }

    let configuration: DecoderConfiguration
    private let backend: any Backend
    private let embedding: PackedWeight
    private let positionTable: PackedWeight?
    private let layers: [Layer]
    private let finalNorm: Norm
    private let head: Linear
    private let buffers: Buffers
    package let kvCacheSpecs: [KVCacheSpec]

    package var vocabularySize: Int { configuration.vocabularySize }

    /// Bytes of the weights that a step of one token reads: all but the rows of an embedding that is not the head.
    package var weightBytesPerStep: Int {
        layers.reduce(head.weight.sizeInBytes) { total, layer in
            total + layer.queryKeyValue.weight.sizeInBytes + layer.attentionOutput.weight.sizeInBytes
                + layer.feedForward.weightBytesPerToken
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
            inputs: configuration.hiddenSize, purpose: .table)
        self.embedding = embedding.weight
        positionTable = try Self.loadPositions(configuration, loader)
        layers = try Self.loadLayers(configuration, loader, limits)
        finalNorm = try loader.norm(
            names.finalNorm, kind: configuration.norm, count: configuration.hiddenSize,
            epsilon: configuration.epsilon)
        head = try Self.loadHead(configuration, loader, embedding: embedding.weight)
        buffers = try Buffers(configuration, loader, limits)
        kvCacheSpecs = layers.map { _ in
            KVCacheSpec(
                numHeads: configuration.numKVHeads, headDim: configuration.headDim, dtype: loader.dtype)
        }
    }

    package func hiddenStates(_ batch: StepBatch, cache: KVCache) -> Tensor {
        let count = batch.tokenIDs.count
        let residual = buffers.residual.prefix(rows: count)
        backend.embed(batch.tokenIDs, from: embedding, into: residual, accumulate: false)
        if let positionTable {
            backend.embed(batch.positions, from: positionTable, into: residual, accumulate: true)
        }
        for index in layers.indices {
            let layer = layers[index]
            let normed = buffers.normed.prefix(rows: count)
            backend.norm(residual, layer.attentionNorm, into: normed)
            attend(normed, layer, index, batch, cache, into: residual)
            if let norm = layer.mlpNorm { backend.norm(residual, norm, into: normed) }
            layer.feedForward.add(normed, to: residual, backend)
        }
        return residual
    }

    private func attend(
        _ x: Tensor, _ layer: Layer, _ index: Int, _ batch: StepBatch, _ cache: KVCache, into residual: Tensor
    ) {
        let qkv = buffers.queryKeyValue.prefix(rows: x.rows)
        let queries = buffers.queries.prefix(rows: x.rows)
        let output = buffers.attention.prefix(rows: x.rows)
        let numHeads = configuration.numHeads
        backend.linear(
            x, layer.queryKeyValue.weight, bias: layer.queryKeyValue.bias, activation: .none, output: .store,
            into: qkv)
        backend.splitQueryKeyValue(
            qkv, layer.split, batch: batch, numHeads: numHeads, cache: cache, layer: index, into: queries)
        backend.attention(
            queries, layer.attention, batch: batch, numHeads: numHeads, cache: cache, layer: index,
            into: output)
        backend.linear(
            output, layer.attentionOutput.weight, bias: layer.attentionOutput.bias, activation: .none,
            output: .add,
            into: residual)
    }

    package func logits(_ rows: [Int32], of hidden: Tensor) -> Tensor {
        precondition(rows.count <= logitsSlab, "\(rows.count) rows of logits, more than \(logitsSlab)")
        let gathered = buffers.rows.prefix(rows: rows.count)
        let normed = buffers.normedRows.prefix(rows: rows.count)
        let logits = buffers.logits.prefix(rows: rows.count)
        backend.gather(rows, of: hidden, into: gathered)
        backend.norm(gathered, finalNorm, into: normed)
        backend.linear(normed, head.weight, bias: head.bias, activation: .none, output: .store, into: logits)
        return logits
    }
}
