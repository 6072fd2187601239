// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Looks into a key/value pool through attention, for only the backend knows how that is laid out.
///
/// A query that sees one token answers with its value. One that sees two, and is 1 in one element and 0 in all others,
/// weighs their values by the difference of their keys in that element.
struct CacheProbe {
    let item: QueryKeyValueCase
    let operands: QueryKeyValueCase.Operands
    let pool: KVCache

    /// One query head a key/value head.
    private var width: Int { QueryKeyValueCase.kvHeads * item.headDim }

    func checkValues(on backend: any Backend, _ result: inout Comparison) throws(DeviceError) {
        let tokens = QueryKeyValueCase.slots.indices.filter { QueryKeyValueCase.slots[$0] >= 0 }
        let queries = tokens.map { (slot: QueryKeyValueCase.slots[$0], element: Int?.none) }
        let found = try attend(queries, window: 1, on: backend)
        for (row, token) in tokens.enumerated() {
            for head in 0..<QueryKeyValueCase.kvHeads {
                for (d, value) in operands.value(token, head).enumerated() {
                    let exact = Double(value.rounded(to: item.cache))
                    result.expect(
                        found[row * width + head * item.headDim + d],
                        Bounded(exact, tolerance: 4 * RoundingError.float32 * abs(exact)),
                        "value of token \(token), head \(head), element \(d)")
                }
            }
        }
    }

    func checkKeys(on backend: any Backend, _ result: inout Comparison) throws(DeviceError) {
        let slots = QueryKeyValueCase.slots
        // Tokens whose slots are neighbours in a block.
        let pairs = slots.indices.flatMap { second in
            slots.indices.filter { slots[second] > 0 && slots[$0] == slots[second] - 1 }.map { ($0, second) }
        }
        let queries = pairs.flatMap { pair in
            (0..<item.headDim).map { (slot: slots[pair.1], element: Int?.some($0)) }
        }
        let found = try attend(queries, window: 2, on: backend)
        for (index, (first, second)) in pairs.enumerated() {
            for head in 0..<QueryKeyValueCase.kvHeads {
                let keys = (operands.key(first, head), operands.key(second, head))
                let values = (operands.value(first, head), operands.value(second, head))
                for d in 0..<item.headDim {
                    let expected = weighed(keys.0[d], keys.1[d], values.0[d], values.1[d])
                    let row = index * item.headDim + d
                    result.expect(
                        found[row * width + head * item.headDim + d], expected,
                        "keys of tokens \(first) and \(second), head \(head), element \(d)")
                }
            }
        }
    }

    /// Two values weighed by the keys of their tokens. The slope of the weight is 1/4 at most.
    private func weighed(_ key0: Double, _ key1: Double, _ value0: Float, _ value1: Float) -> Bounded {
        let (v0, v1) = (Double(value0.rounded(to: item.cache)), Double(value1.rounded(to: item.cache)))
        let weight = 1 / (1 + exp(key0 - key1))
        let off =
            RotaryReference.tolerance(key0, as: item.cache) + RotaryReference.tolerance(key1, as: item.cache)
        let reference = AttentionReference(heads: 1, kvHeads: 1, headDim: item.headDim, scale: 1)
        let attention = reference.tolerance(cache: item.cache, output: .float32, context: 2)
        return Bounded(v0 + weight * (v1 - v0), tolerance: abs(v1 - v0) * off / 4 + attention)
    }

    /// A sequence a query, whose last token is in the slot; the element is what the query asks for.
    private func attend(
        _ wanted: [(slot: Int32, element: Int?)], window: Int, on backend: any Backend
    ) throws(DeviceError) -> [Float] {
        var rows = [Float](repeating: 0, count: wanted.count * width)
        var batch = StepBatch()
        batch.blockTables = (0..<Int32(pool.numBlocks)).map { $0 }
        let blockSize = Int32(pool.blockSize)
        for (index, query) in wanted.enumerated() {
            if let element = query.element {
                for head in 0..<QueryKeyValueCase.kvHeads {
                    rows[index * width + head * item.headDim + element] = 1
                }
            }
            batch.positions.append(query.slot % blockSize)
            batch.sequences.append(
                SequenceSpan(
                    queryStart: Int32(index), queryLength: 1, contextLength: query.slot % blockSize + 1,
                    blockTableStart: query.slot / blockSize))
        }
        let queries = try backend.matrix(rows, rows: wanted.count, columns: width, dtype: item.queryType)
        let output = try backend.unwritten(rows: wanted.count, columns: width)
        var options = AttentionOptions(scale: 1)
        options.window = window
        backend.attention(
            queries, options, batch: batch, numHeads: QueryKeyValueCase.kvHeads, cache: pool, layer: 1,
            into: output)
        return backend.read(output)
    }
}
