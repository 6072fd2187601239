// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// An answer has the same bits whatever the chunk, the batch and the blocks.
enum AttentionInvarianceCases {
    typealias Sequence = AttentionCase.Sequence

    static var groups: [ConformanceGroup] {
        let cases = DType.floating.flatMap { cache in
            [
                ConformanceCase("\(cache.label) chunks") { backend, result throws(DeviceError) in
                    try chunks(
                        AttentionCase(heads: 3, kvHeads: 1, headDim: 64, cache: cache), backend, &result)
                },
                ConformanceCase("\(cache.label) latent chunks") { backend, result throws(DeviceError) in
                    var item = AttentionCase(heads: 5, kvHeads: 1, headDim: 56, cache: cache)
                    (item.latentDim, item.sinks) = (48, [0, 1, 2, 3, 4])
                    try chunks(item, backend, &result)
                },
                ConformanceCase("\(cache.label) batch and blocks") { backend, result throws(DeviceError) in
                    try neighbours(cache, backend, &result)
                },
            ]
        }
        return [ConformanceGroup(.attention, "invariance", cases)]
    }

    private static func chunks(
        _ item: AttentionCase, _ backend: any Backend, _ result: inout Comparison
    ) throws(DeviceError) {
        var item = item
        let width = item.heads * item.valueDim
        item.sequences = [Sequence(queries: 530, context: 530)]
        let whole = try item.run(on: backend)
        for (queries, context) in [(1, 1), (16, 16), (100, 117), (13, 512), (2, 513), (1, 530), (200, 530)] {
            item.sequences = [Sequence(queries: queries, context: context)]
            let expected = Array(whole[(context - queries) * width..<context * width])
            result.expect(try item.run(on: backend), bits: expected, "\(queries) queries up to \(context)")
        }
    }

    private static func neighbours(
        _ cache: DType, _ backend: any Backend, _ result: inout Comparison
    ) throws(DeviceError) {
        for (heads, kvHeads, headDim, window) in [(7, 1, 64, 0), (6, 2, 80, 37), (1, 1, 32, 530)] {
            var item = AttentionCase(heads: heads, kvHeads: kvHeads, headDim: headDim, cache: cache)
            item.window = window
            item.sequences = [
                Sequence(queries: 90, context: 90), Sequence(queries: 45, context: 545, seed: 1),
            ]
            let whole = try item.run(on: backend)
            for (blockSize, order) in [(16, UInt64(7)), (32, 8), (128, 9)] {
                (item.blockSize, item.order) = (blockSize, order)
                result.expect(try item.run(on: backend), bits: whole, "blocks of \(blockSize), shuffled")
            }
            item.sequences.remove(at: 1)
            let alone = Array(whole.prefix(90 * item.width))
            result.expect(try item.run(on: backend), bits: alone, "the first sequence alone")
        }
    }
}
