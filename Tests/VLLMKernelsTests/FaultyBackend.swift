// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCPU
import VLLMConformance
import VLLMTensors

/// One thing that a backend does wrongly.
enum Fault: String, CaseIterable, Sendable {
    /// One element of the result is off by a fiftieth of the largest.
    case gather, embed, linear, norm, addedNorm, scale, softCap, convert, queries, values, attention
    /// The last token's key is turned as the next position's would be.
    case keyPosition
    /// Two tokens' keys and values stand in each other's slots.
    case slots
    /// A query does not see the first position of its window.
    case window
    case blockLeftOut, token, edits, logprob, rank
    /// Tokens go to the experts that the token before should go to.
    case route
    /// One element between the experts' layers is off, or one of their sums.
    case expertsUp, expertsDown
    /// One element of the contents of queries, of their turned parts, or of a head's product is off.
    case contents, turnedQueries, headwise
    /// The last token's latent vector, or its place, is off.
    case latents, latentPosition

    /// The operation whose cases have to notice.
    var operation: ConformanceOperation {
        switch self {
        case .gather: .memory
        case .embed: .embed
        case .linear: .linear
        case .norm, .addedNorm: .norm
        case .scale, .softCap, .convert: .rows
        case .queries, .values, .keyPosition, .slots: .qkv
        case .attention, .window: .attention
        case .blockLeftOut: .blocks
        case .token, .edits: .sample
        case .logprob, .rank: .logprobs
        case .route, .expertsUp, .expertsDown: .experts
        case .contents, .turnedQueries, .headwise, .latents, .latentPosition: .latent
        }
    }
}

/// The CPU's backend with a fault.
final class FaultyBackend: Backend {
    private let base: CPUBackend
    private let fault: Fault

    init(_ fault: Fault) throws(DeviceError) {
        base = try CPUBackend(.init(numThreads: 1))
        self.fault = fault
    }

    var deviceDescription: String { base.deviceDescription }
    var numericsID: String { base.numericsID }
    var numThreads: Int { base.numThreads }
    var weightMemory: Int { base.weightMemory }
    var bufferMemory: Int { base.bufferMemory }

    func activationDType(for weights: DType) -> DType { base.activationDType(for: weights) }

    func pack(_ description: WeightDescription) throws(DeviceError) -> PackedWeight {
        try base.pack(description)
    }

    func packedBytes(of description: WeightDescription, _ body: (RawSpan) throws -> Void) throws {
        try base.packedBytes(of: description, body)
    }

    func packedSize(of description: WeightDescription) throws(DeviceError) -> Int {
        try base.packedSize(of: description)
    }

    func adopt(
        _ description: WeightDescription, at address: UInt, owner: any AnyObject & Sendable
    ) throws(DeviceError) -> PackedWeight {
        try base.adopt(description, at: address, owner: owner)
    }

    func packedBytes(of weight: PackedWeight, _ body: (RawSpan) throws -> Void) rethrows {
        try base.packedBytes(of: weight, body)
    }

    func concurrently(chunks: Int, _ body: (_ chunk: Int) -> Void) {
        base.concurrently(chunks: chunks, body)
    }

    func pack(vector parts: [TensorSource], arrangement: WeightDescription.Arrangement) throws(DeviceError)
        -> PackedVector
    { try base.pack(vector: parts, arrangement: arrangement) }

    func values(ofRow row: Int, in matrix: TensorSource) -> [Float] { base.values(ofRow: row, in: matrix) }

    func pack(values: [Float]) throws(DeviceError) -> PackedVector { try base.pack(values: values) }

    func allocate(rows: Int, columns: Int, dtype: DType) throws(DeviceError) -> Tensor {
        try base.allocate(rows: rows, columns: columns, dtype: dtype)
    }

    func makeKVCache(specs: [KVCacheSpec], numBlocks: Int, blockSize: Int) throws(DeviceError) -> KVCache {
        try base.makeKVCache(specs: specs, numBlocks: numBlocks, blockSize: blockSize)
    }

    func read(_ tensor: Tensor) -> [Float] { base.read(tensor) }
    func write(_ values: [Float], to tensor: Tensor) { base.write(values, to: tensor) }

    /// Changes an element in the middle where that is the fault.
    private func disturb(_ tensor: Tensor, if wanted: Fault) {
        guard fault == wanted else { return }
        var values = base.read(tensor)
        let largest = values.filter(\.isFinite).map(abs).max() ?? 1
        values[values.count / 2] += largest / 50 + .leastNormalMagnitude
        base.write(values, to: tensor)
    }

    func embed(_ ids: [Int32], from weight: PackedWeight, into output: Tensor, accumulate: Bool) {
        base.embed(ids, from: weight, into: output, accumulate: accumulate)
        disturb(output, if: .embed)
    }

    func linear(
        _ x: Tensor, _ weight: PackedWeight, bias: PackedVector?, activation: Activation,
        output mode: LinearOutput, into output: Tensor
    ) {
        base.linear(x, weight, bias: bias, activation: activation, output: mode, into: output)
        disturb(output, if: .linear)
    }

    func makeRouting(
        _ options: RoutingOptions, tokens: Int, inputs: Int, intermediate: Int, activations: DType,
        weights: WeightFormat
    ) throws(DeviceError) -> Routing {
        try base.makeRouting(
            options, tokens: tokens, inputs: inputs, intermediate: intermediate, activations: activations,
            weights: weights)
    }

    func route(_ logits: Tensor, bias: PackedVector?, into routing: Routing) {
        let original = base.read(logits)
        if fault == .route {
            let last = original.suffix(logits.columns)
            base.write(Array(last + original.dropLast(logits.columns)), to: logits)
        }
        base.route(logits, bias: bias, into: routing)
        base.write(original, to: logits)
    }

    func groupedLinear(
        _ x: Tensor, _ experts: PackedExperts, _ routing: Routing, activation: Activation, into hidden: Tensor
    ) {
        base.groupedLinear(x, experts, routing, activation: activation, into: hidden)
        disturb(hidden, if: .expertsUp)
    }

    func groupedLinear(
        _ hidden: Tensor, _ experts: PackedExperts, _ routing: Routing, addingTo output: Tensor
    ) {
        base.groupedLinear(hidden, experts, routing, addingTo: output)
        disturb(output, if: .expertsDown)
    }

    func norm(_ x: Tensor, _ norm: Norm, into output: Tensor) {
        base.norm(x, norm, into: output)
        disturb(output, if: .norm)
    }

    func norm(_ x: Tensor, _ norm: Norm, addingTo output: Tensor) {
        base.norm(x, norm, addingTo: output)
        disturb(output, if: .addedNorm)
    }

    func scale(_ x: Tensor, by factor: Float, softCap: Float) {
        base.scale(x, by: factor, softCap: fault == .softCap ? 0 : softCap)
        disturb(x, if: .scale)
    }

    func convert(_ x: Tensor, into output: Tensor) {
        base.convert(x, into: output)
        disturb(output, if: .convert)
    }

    func splitQueryKeyValue(
        _ qkv: Tensor, _ options: QueryKeyValueOptions, batch: StepBatch, numHeads: Int, cache: KVCache,
        layer: Int, into queries: Tensor
    ) {
        var stored = batch
        let last = batch.positions.count - 1
        if fault == .keyPosition { stored.positions[last] += 1 }
        if fault == .slots, last > 0 { stored.slotMapping.swapAt(last, last - 1) }
        let original = base.read(qkv)
        if fault == .values {
            var rows = original
            rows[rows.count - 1] += 0.1
            base.write(rows, to: qkv)
        }
        base.splitQueryKeyValue(
            qkv, options, batch: stored, numHeads: numHeads, cache: cache, layer: layer, into: queries)
        // The queries are right: keys and values are written once.
        base.write(original, to: qkv)
        stored = batch
        stored.slotMapping = stored.slotMapping.map { _ in -1 }
        base.splitQueryKeyValue(
            qkv, options, batch: stored, numHeads: numHeads, cache: cache, layer: layer, into: queries)
        disturb(queries, if: .queries)
    }

    func attention(
        _ queries: Tensor, _ options: AttentionOptions, batch: StepBatch, numHeads: Int, cache: KVCache,
        layer: Int, into output: Tensor
    ) {
        var options = options
        if fault == .window, options.window > 1 { options.window -= 1 }
        base.attention(
            queries, options, batch: batch, numHeads: numHeads, cache: cache, layer: layer, into: output)
        disturb(output, if: .attention)
    }

    func splitLatent(
        queries: Tensor, latents: Tensor, _ options: LatentOptions, batch: StepBatch, numHeads: Int,
        cache: KVCache, layer: Int, contents: Tensor, keyed: Tensor
    ) {
        var batch = batch
        // The last token has no slot.
        let last = batch.positions.count - 2
        if fault == .latentPosition { batch.positions[last] += 1 }
        if fault == .latents {
            var rows = base.read(latents)
            rows[last * latents.columns] += 0.1
            base.write(rows, to: latents)
        }
        base.splitLatent(
            queries: queries, latents: latents, options, batch: batch, numHeads: numHeads, cache: cache,
            layer: layer, contents: contents, keyed: keyed)
        disturb(contents, if: .contents)
        if fault == .turnedQueries {
            var values = base.read(keyed)
            values[values.count - 1] += 0.1
            base.write(values, to: keyed)
        }
    }

    func headwiseLinear(_ x: Tensor, _ heads: [PackedWeight], into output: Tensor) {
        base.headwiseLinear(x, heads, into: output)
        disturb(output, if: .headwise)
    }

    func gather(_ rows: [Int32], of x: Tensor, into output: Tensor) {
        base.gather(rows, of: x, into: output)
        disturb(output.prefix(rows: rows.count), if: .gather)
    }

    func sample(_ logits: Tensor, rows: [SamplingRow]) -> [SampledRow] {
        var rows = rows
        if fault == .edits { for index in rows.indices { rows[index].edits = [] } }
        var sampled = base.sample(logits, rows: rows)
        if fault == .token { sampled[sampled.count - 1].token += 1 }
        return sampled
    }

    func logprobs(_ logits: Tensor, tokens: [Int32], numTop: Int) -> [RowLogprobs] {
        var found = base.logprobs(logits, tokens: tokens, numTop: numTop)
        if fault == .logprob { found[0].logprob -= 0.001 }
        if fault == .rank { found[0].rank += 1 }
        return found
    }

    func copyBlocks(_ copies: [(from: Int32, to: Int32)], in cache: KVCache) {
        base.copyBlocks(fault == .blockLeftOut ? Array(copies.dropLast()) : copies, in: cache)
    }
}
