// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// Blocks are copied whole, in every layer.
enum BlockCases {
    static var groups: [ConformanceGroup] {
        let cases = DType.floating.flatMap { cache in
            [16, 48].map { blockSize in
                ConformanceCase("\(cache.label) of \(blockSize) tokens") {
                    backend, result throws(DeviceError) in
                    try check(cache, blockSize, backend, &result)
                }
            }
        }
        return [ConformanceGroup(.blocks, "copy", cases)]
    }

    /// Attention over copies of a sequence's blocks, the originals being overwritten by copies of an empty block.
    private static func check(
        _ cache: DType, _ blockSize: Int, _ backend: any Backend, _ result: inout Comparison
    ) throws(DeviceError) {
        var item = AttentionCase(heads: 2, kvHeads: 2, headDim: 40, cache: cache)
        item.blockSize = blockSize
        item.sequences = [.init(queries: 3, context: 2 * blockSize + 5)]
        let (pool, batch) = try item.filledPool(on: backend, spareBlocks: 4)
        let expected = try item.attend(on: backend, pool, batch)
        let used = Set(batch.blockTables)
        let spare = (0..<Int32(pool.numBlocks)).filter { !used.contains($0) }
        var moved = batch
        moved.blockTables = spare.prefix(3).map { $0 }
        backend.copyBlocks(zip(batch.blockTables, spare).map { (from: $0, to: $1) }, in: pool)
        backend.copyBlocks(batch.blockTables.map { (from: spare[3], to: $0) }, in: pool)
        result.expect(try item.attend(on: backend, pool, moved), bits: expected, "attention over copies")
        result.require(
            try item.attend(on: backend, pool, batch).allSatisfy(\.isNaN), "originals were not overwritten")
    }
}
