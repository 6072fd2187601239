// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// Multi-head latent attention (arXiv 2405.04434, section 2.1) over the latent vectors themselves.
///
/// A head's key is a matrix times the latent vector, so its product with a query is that of the latent vector and the
/// query times the matrix: queries are brought to the width of the latent vector, and what attention gives is brought
/// to the width of values behind it. A token's latent vector is read once for all heads.
struct LatentAttention: AttentionLayer {
    /// How queries are made.
    struct Query {
        /// To the vector that they are made of, and its norm; nil where they are made of the residual stream.
        let down: (linear: Linear, norm: Norm)?
        let up: Linear
    }

    /// Memory of one step, the same for all layers.
    struct Buffers {
        /// [tokens, queryRank], before the norm and behind it.
        let queryVector: (raw: Tensor, normed: Tensor)?
        /// [tokens, heads × (content + rotaryDim)]
        let queries: Tensor
        /// [tokens, rank + rotaryDim]
        let latents: Tensor
        /// [tokens, heads × content]
        let contents: Tensor
        /// [tokens, heads × (rank + rotaryDim)]
        let keyed: Tensor
        /// [tokens, heads × rank]
        let attention: Tensor
        /// [tokens, heads × valueDim]
        let values: Tensor
    }

    let numHeads: Int
    let cacheSpec: KVCacheSpec
    let query: Query
    let latent: Linear
    /// From each head's content to the width of the latent vector.
    let keys: [PackedWeight]
    /// From the latent vector to each head's value.
    let values: [PackedWeight]
    let split: LatentOptions
    let options: AttentionOptions
    let output: Linear
    let buffers: Buffers

    func run(_ x: Tensor, _ mode: LinearOutput, into output: Tensor, layer: Int, _ step: AttentionStep) {
        let backend = step.backend
        func part(_ tensor: Tensor) -> Tensor { tensor.prefix(rows: x.rows) }
        func multiply(_ x: Tensor, _ linear: Linear, _ mode: LinearOutput = .store, into output: Tensor) {
            backend.linear(
                x, linear.weight, bias: linear.bias, activation: .none, output: mode, into: output)
        }
        var input = x
        if let down = query.down, let vector = buffers.queryVector {
            input = part(vector.normed)
            multiply(x, down.linear, into: part(vector.raw))
            backend.norm(part(vector.raw), down.norm, into: input)
        }
        let queries = part(buffers.queries)
        let latents = part(buffers.latents)
        let contents = part(buffers.contents)
        let keyed = part(buffers.keyed)
        multiply(input, query.up, into: queries)
        multiply(x, latent, into: latents)
        backend.splitLatent(
            queries: queries, latents: latents, split, batch: step.batch, numHeads: numHeads,
            cache: step.cache, layer: layer, contents: contents, keyed: keyed)
        backend.headwiseLinear(contents, keys, into: keyed)
        backend.attention(
            keyed, options, batch: step.batch, numHeads: numHeads, cache: step.cache, layer: layer,
            into: part(buffers.attention))
        backend.headwiseLinear(part(buffers.attention), values, into: part(buffers.values))
        multiply(part(buffers.values), self.output, mode, into: output)
    }

    var weightBytesPerToken: Int {
        let linears = [query.down?.linear, query.up, latent, output].compactMap { $0?.weight }
        return (linears + keys + values).reduce(0) { $0 + $1.sizeInBytes }
    }
}
