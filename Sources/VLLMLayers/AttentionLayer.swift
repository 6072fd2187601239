// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// What the attention of all layers has in common in one step.
struct AttentionStep {
    let batch: StepBatch
    let cache: KVCache
    let backend: any Backend
}

/// The part of a layer that looks at the tokens before one.
protocol AttentionLayer {
    /// What it keeps of a token.
    var cacheSpec: KVCacheSpec { get }
    /// Writes the step's keys and values at a layer's place in the cache, and writes or adds its result as the mode
    /// says; x and output are [tokens, hidden].
    func run(_ x: Tensor, _ mode: LinearOutput, into output: Tensor, layer: Int, _ step: AttentionStep)
    /// Bytes of the weights that one token is multiplied with.
    var weightBytesPerToken: Int { get }
}

/// Attention of heads that have keys and values of their own or share them (arXiv 1706.03762, 2305.13245).
struct GroupedQueryAttention: AttentionLayer {
    /// Memory of one step, the same for all layers.
    struct Buffers {
        /// [tokens, (heads + 2 kvHeads) × headDim]
        let queryKeyValue: Tensor
        /// [tokens, heads × headDim]
        let queries: Tensor
        /// [tokens, heads × headDim]
        let attention: Tensor
    }

    let numHeads: Int
    let cacheSpec: KVCacheSpec
    let queryKeyValue: Linear
    let split: QueryKeyValueOptions
    let options: AttentionOptions
    let output: Linear
    let buffers: Buffers

    func run(_ x: Tensor, _ mode: LinearOutput, into output: Tensor, layer: Int, _ step: AttentionStep) {
        let qkv = buffers.queryKeyValue.prefix(rows: x.rows)
        let queries = buffers.queries.prefix(rows: x.rows)
        let attention = buffers.attention.prefix(rows: x.rows)
        let backend = step.backend
        backend.linear(
            x, queryKeyValue.weight, bias: queryKeyValue.bias, activation: .none, output: .store, into: qkv)
        backend.splitQueryKeyValue(
            qkv, split, batch: step.batch, numHeads: numHeads, cache: step.cache, layer: layer, into: queries)
        backend.attention(
            queries, options, batch: step.batch, numHeads: numHeads, cache: step.cache, layer: layer,
            into: attention)
        backend.linear(
            attention, self.output.weight, bias: self.output.bias, activation: .none, output: mode,
            into: output)
    }

    var weightBytesPerToken: Int { queryKeyValue.weight.sizeInBytes + output.weight.sizeInBytes }
}
