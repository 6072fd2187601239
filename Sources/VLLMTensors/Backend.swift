// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The operations a model is made of, on one device, at the level where fusion pays.
///
/// Weights, vectors, buffers and the key/value pool live in the backend's memory until it goes away. A call is
/// one operation over a whole batch. A backend is used by one thread at a time; loading may pack from several.
package protocol Backend: AnyObject, Sendable {
    /// The device and instruction set, for the start-up report.
    var deviceDescription: String { get }
    /// What decides the bits of a result: the instruction class, the packing and the cache type.
    var numericsID: String { get }
    /// Threads that compute.
    var numThreads: Int { get }
    /// The type of activations between layers whose weights have this type.
    func activationDType(for weights: DType) -> DType

    // MARK: Memory

    /// Brings a weight into the backend's layout. An error names the first element that is not finite there.
    func pack(_ description: WeightDescription) throws(DeviceError) -> PackedWeight
    /// Gives the bytes that `pack` would make, a piece at a time, in order, and keeps none of them.
    func packedBytes(of description: WeightDescription, _ body: (RawSpan) throws -> Void) throws
    /// Bytes of a weight in the backend's layout.
    func packedSize(of description: WeightDescription) throws(DeviceError) -> Int
    /// Takes a weight in the backend's layout as it stands in host memory, such as a mapped file: what `packedBytes`
    /// gave for the same description, under the same `numericsID`. Its parts are not read.
    ///
    /// - Parameter owner: keeps the memory where it is; it lives as long as the backend.
    func adopt(_ description: WeightDescription, at address: UInt, owner: any AnyObject & Sendable)
        throws(DeviceError) -> PackedWeight
    /// Gives the bytes of a weight in the backend's layout, a part at a time, in order; from any thread.
    func packedBytes(of weight: PackedWeight, _ body: (RawSpan) throws -> Void) rethrows
    /// Does work of loading on all threads, a chunk each time, and returns when all is done.
    func concurrently(chunks: Int, _ body: (_ chunk: Int) -> Void)
    /// Copies a vector, widened to float32; parts of a merged layer are joined as its weight's are.
    func pack(vector parts: [TensorSource], arrangement: WeightDescription.Arrangement) throws(DeviceError)
        -> PackedVector
    /// Copies a table of numbers.
    func pack(values: [Float]) throws(DeviceError) -> PackedVector
    /// A row of a checkpoint's matrix as float32, also of one in blocks.
    func values(ofRow row: Int, in matrix: TensorSource) -> [Float]
    /// Reserves a buffer that lives as long as the backend.
    func allocate(rows: Int, columns: Int, dtype: DType) throws(DeviceError) -> Tensor
    /// Reserves the key/value pool; memory is taken as blocks are first used.
    func makeKVCache(specs: [KVCacheSpec], numBlocks: Int, blockSize: Int) throws(DeviceError) -> KVCache
    /// Bytes reserved for weights so far.
    var weightMemory: Int { get }
    /// Bytes reserved for buffers so far, the key/value pool included.
    var bufferMemory: Int { get }

    // MARK: Operations

    /// Rows of a weight, or of a table of learned positions, into float32 [tokens, inputs].
    func embed(_ ids: [Int32], from weight: PackedWeight, into output: Tensor, accumulate: Bool)
    /// output (+)= activation(x · weightᵀ + bias); a gated weight gives activation(gate) · up.
    func linear(
        _ x: Tensor, _ weight: PackedWeight, bias: PackedVector?, activation: Activation,
        output mode: LinearOutput,
        into output: Tensor)
    /// Reserves memory for the experts that up to so many tokens go to, and for what goes into their two products, as
    /// weights of a format take it: activations of a type, [tokens, inputs] and [tokens × expertsPerToken, intermediate].
    func makeRouting(
        _ options: RoutingOptions, tokens: Int, inputs: Int, intermediate: Int, activations: DType,
        weights: WeightFormat
    ) throws(DeviceError) -> Routing
    /// Chooses the experts of each token from float32 logits [tokens, experts].
    ///
    /// - Parameter bias: added to the scores for the choice alone, [experts].
    func route(_ logits: Tensor, bias: PackedVector?, into routing: Routing)
    /// hidden = activation(x · weightᵀ + bias) of each expert for the tokens that were routed to it last: x is
    /// [tokens, inputs], hidden [tokens × expertsPerToken, outputs], by expert.
    func groupedLinear(
        _ x: Tensor, _ experts: PackedExperts, _ routing: Routing, activation: Activation, into hidden: Tensor
    )
    /// output[token] += routing weight · (hidden · weightᵀ + bias), in rising order of the token's experts: hidden
    /// is what `groupedLinear` left, output float32 [tokens, outputs].
    func groupedLinear(
        _ hidden: Tensor, _ experts: PackedExperts, _ routing: Routing, addingTo output: Tensor)
    /// output = norm(x), x in float32; output may be x.
    func norm(_ x: Tensor, _ norm: Norm, into output: Tensor)
    /// output += norm(x), both in float32.
    func norm(_ x: Tensor, _ norm: Norm, addingTo output: Tensor)
    /// x = factor · x in float32, in its place, bounded to softCap · tanh(x / softCap) where that is not 0.
    func scale(_ x: Tensor, by factor: Float, softCap: Float)
    /// output = x, x in float32, rounded to the output's type.
    func convert(_ x: Tensor, into output: Tensor)
    /// Splits the merged projection [tokens, (heads + 2 kvHeads) × headDim], turns queries and keys, and writes
    /// keys and values to the step's slots.
    func splitQueryKeyValue(
        _ qkv: Tensor, _ options: QueryKeyValueOptions, batch: StepBatch, numHeads: Int, cache: KVCache,
        layer: Int,
        into queries: Tensor)
    /// Makes the key of each token, its normed latent vector and the turned part behind it, and writes it to its slot;
    /// turns queries.
    ///
    /// - Parameters:
    ///   - queries: float32 [tokens, heads × (content + rotaryDim)].
    ///   - latents: float32 [tokens, latent + rotaryDim].
    ///   - contents: what `headwiseLinear` brings to the width of the latent vector, [tokens, heads × content].
    ///   - keyed: [tokens, heads × (latent + rotaryDim)], of which the turned parts are written.
    func splitLatent(
        queries: Tensor, latents: Tensor, _ options: LatentOptions, batch: StepBatch, numHeads: Int,
        cache: KVCache, layer: Int, contents: Tensor, keyed: Tensor)
    /// output = x · weightᵀ with a weight a head, all alike and not of whole numbers: x is [tokens, heads × inputs],
    /// output [tokens, heads × width], of which the first `outputs` columns of each head are written.
    func headwiseLinear(_ x: Tensor, _ heads: [PackedWeight], into output: Tensor)
    /// Causal attention of every sequence's queries over its cached context; queries are as wide as keys, and outputs as
    /// values.
    func attention(
        _ queries: Tensor, _ options: AttentionOptions, batch: StepBatch, numHeads: Int, cache: KVCache,
        layer: Int,
        into output: Tensor)
    /// Copies rows of a float32 matrix.
    func gather(_ rows: [Int32], of x: Tensor, into output: Tensor)
    /// One token a row of float32 logits, which it may overwrite.
    func sample(_ logits: Tensor, rows: [SamplingRow]) -> [SampledRow]
    /// Log-probabilities of given tokens, with the likeliest alternatives (−1: all); one a row.
    func logprobs(_ logits: Tensor, tokens: [Int32], numTop: Int) -> [RowLogprobs]
    /// Copies whole blocks in every layer.
    func copyBlocks(_ copies: [(from: Int32, to: Int32)], in cache: KVCache)
    /// A matrix on the host, row by row, widened.
    func read(_ tensor: Tensor) -> [Float]
    /// Copies a matrix from the host, row by row, rounded to the tensor's type.
    func write(_ values: [Float], to tensor: Tensor)
}
