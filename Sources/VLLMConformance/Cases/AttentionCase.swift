// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// Sequences with random queries, keys and values, whose blocks lie in a pool in any order.
struct AttentionCase: Sendable {
    struct Sequence: Sendable {
        /// The last so many positions have queries in this step.
        var queries: Int
        var context: Int
        /// Sequences of one seed are beginnings of the same text.
        var seed: UInt64 = 0
    }

    var heads = 4
    var kvHeads = 2
    var headDim = 64
    var cache = DType.bfloat16
    var output = DType.float32
    var softCap: Float = 0
    var window = 0
    var slopes: [Float] = []
    var sinks: [Float] = []
    /// Set where values are the first so many elements of their keys; one key/value head then.
    var latentDim: Int?
    var blockSize = 16
    /// Seeds the order of the blocks.
    var order: UInt64 = 1
    var sequences: [Sequence] = []
    /// Queries that are compared; the rest is computed beside them.
    var mostCompared = Int.max

    var scale: Float { 1 / Float(headDim).squareRoot() }
    var queryType: DType { cache == .bfloat16 ? .bfloat16 : .float32 }
    var width: Int { heads * headDim }
    var valueDim: Int { latentDim ?? headDim }
    var numQueries: Int { sequences.reduce(0) { $0 + $1.queries } }

    /// [context, heads, headDim]: every position has its query, so that chunks of a text see the same ones.
    func queries(_ sequence: Sequence) -> [Float] {
        random(1000 + sequence.seed, sequence.context * width, scale: 2, queryType)
    }

    /// [context, kvHeads, headDim]
    func keys(_ sequence: Sequence) -> [Float] {
        let keys = random(2000 + sequence.seed, sequence.context * kvHeads * headDim, scale: 2, cache)
        guard let latentDim else { return keys }
        let norm = latentNorm
        return keys.enumerated().map { index, key in
            let d = index % headDim
            return d < latentDim ? (key < 0 ? -norm[d] : norm[d]) : key
        }
    }

    /// [context, kvHeads, valueDim], below 1 in magnitude.
    func values(_ sequence: Sequence) -> [Float] {
        guard let latentDim else {
            return random(3000 + sequence.seed, sequence.context * kvHeads * headDim, scale: 1, cache)
        }
        let keys = keys(sequence)
        return (0..<sequence.context).flatMap { keys[$0 * headDim..<$0 * headDim + latentDim] }
    }

    /// Magnitudes of the latent elements, [latentDim]: a vector of them has passed its norm exactly.
    var latentNorm: [Float] { random(4000, valueDim, scale: 1, cache).map(abs) }

    private func random(_ seed: UInt64, _ count: Int, scale: Float, _ dtype: DType) -> [Float] {
        var numbers = Numbers(seed: seed)
        return numbers.floats(count, scale: scale).map { $0.rounded(to: dtype) }
    }

    /// Compares the answer with double precision.
    func check(on backend: any Backend, _ result: inout Comparison) throws(DeviceError) {
        let found = try run(on: backend)
        var reference = AttentionReference(heads: heads, kvHeads: kvHeads, headDim: headDim, scale: scale)
        (reference.softCap, reference.window, reference.slopes) = (softCap, window, slopes)
        (reference.sinks, reference.valueDim) = (sinks, valueDim)
        var start = 0
        for (index, sequence) in sequences.enumerated() {
            let (q, k, v) = (queries(sequence), keys(sequence), values(sequence))
            let tolerance = reference.tolerance(cache: cache, output: output, context: sequence.context)
            for query in stride(from: 0, to: sequence.queries, by: 1 + sequence.queries / mostCompared) {
                let position = sequence.context - sequence.queries + query
                for head in 0..<heads {
                    let place = (position * heads + head) * headDim
                    let row = reference.row(
                        q[place..<place + headDim], keys: k, values: v, position: position, head: head)
                    let base = ((start + query) * heads + head) * valueDim
                    for (d, value) in row.enumerated() {
                        result.expect(
                            found[base + d], Bounded(value, tolerance: tolerance),
                            "sequence \(index), query \(query), head \(head), element \(d)")
                    }
                }
            }
            start += sequence.queries
        }
    }

    /// The outputs, [queries of all sequences, heads × valueDim].
    func run(on backend: any Backend) throws(DeviceError) -> [Float] {
        let (pool, batch) = try filledPool(on: backend)
        return try attend(on: backend, pool, batch)
    }

    /// The outputs over a pool that has been filled.
    func attend(on backend: any Backend, _ pool: KVCache, _ batch: StepBatch) throws(DeviceError) -> [Float] {
        let rows = sequences.flatMap { queries($0).suffix($0.queries * width) }
        let stepQueries = try backend.matrix(rows, rows: numQueries, columns: width, dtype: queryType)
        let target = try backend.unwritten(rows: numQueries, columns: heads * valueDim, dtype: output)
        var options = AttentionOptions(scale: scale)
        (options.softCap, options.window) = (softCap, window)
        options.alibiSlopes = slopes.isEmpty ? nil : try backend.pack(values: slopes)
        options.sinks = sinks.isEmpty ? nil : try backend.pack(values: sinks)
        backend.attention(
            stepQueries, options, batch: batch, numHeads: heads, cache: pool, layer: 0, into: target)
        return backend.read(target)
    }
}
