// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

extension AttentionCase {
    /// A pool whose blocks hold the sequences' keys and values and are no numbers elsewhere, and the step's batch.
    func filledPool(
        on backend: any Backend, spareBlocks: Int = 2
    ) throws(DeviceError) -> (KVCache, StepBatch) {
        let counts = sequences.map { ($0.context + blockSize - 1) / blockSize }
        let numBlocks = counts.reduce(0, +) + spareBlocks
        let spec = KVCacheSpec(numHeads: kvHeads, headDim: headDim, dtype: cache, valuePrefix: latentDim)
        let pool = try backend.makeKVCache(specs: [spec], numBlocks: numBlocks, blockSize: blockSize)
        let numSlots = numBlocks * blockSize
        let nothing = [Float](repeating: .nan, count: numSlots * kvHeads * headDim)
        try store(nothing, nothing, slots: (0..<numSlots).map(Int32.init), in: pool, on: backend)

        var blocks = (0..<Int32(numBlocks)).map { $0 }
        var numbers = Numbers(seed: order)
        for i in stride(from: numBlocks - 1, to: 0, by: -1) { blocks.swapAt(i, numbers.below(i + 1)) }
        var batch = StepBatch()
        for (sequence, count) in zip(sequences, counts) {
            let table = blocks.prefix(count).map { $0 }
            blocks.removeFirst(count)
            batch.sequences.append(
                SequenceSpan(
                    queryStart: Int32(batch.positions.count), queryLength: Int32(sequence.queries),
                    contextLength: Int32(sequence.context), blockTableStart: Int32(batch.blockTables.count)))
            batch.blockTables += table
            let slots = (0..<sequence.context).map {
                table[$0 / blockSize] * Int32(blockSize) + Int32($0 % blockSize)
            }
            batch.positions += (sequence.context - sequence.queries..<sequence.context).map(Int32.init)
            batch.slotMapping += slots.suffix(sequence.queries)
            try store(keys(sequence), values(sequence), slots: slots, in: pool, on: backend)
        }
        batch.tokenIDs = batch.positions
        return (pool, batch)
    }

    /// Writes keys and values, [slots, kvHeads, headDim], by the operation that there is for it.
    private func store(
        _ keys: [Float], _ values: [Float], slots: [Int32], in pool: KVCache, on backend: any Backend
    ) throws(DeviceError) {
        if let latentDim {
            try storeLatent(keys, latentDim, slots: slots, in: pool, on: backend)
            return
        }
        let spec = pool.specs[0]
        let width = spec.numHeads * spec.headDim
        let rows = slots.indices.flatMap { token in
            let range = token * width..<(token + 1) * width
            return [Float](repeating: 0, count: width) + keys[range] + values[range]
        }
        let merged = try backend.matrix(rows, rows: slots.count, columns: 3 * width)
        let queries = try backend.allocate(
            rows: slots.count, columns: width, dtype: spec.dtype == .bfloat16 ? .bfloat16 : .float32)
        var batch = StepBatch()
        batch.positions = slots.indices.map(Int32.init)
        batch.slotMapping = slots
        backend.splitQueryKeyValue(
            merged, QueryKeyValueOptions(), batch: batch, numHeads: spec.numHeads, cache: pool, layer: 0,
            into: queries)
    }

    /// Writes keys whose latent elements have the norm's weights as magnitudes: of their signs the mean square is 1.
    private func storeLatent(
        _ keys: [Float], _ latentDim: Int, slots: [Int32], in pool: KVCache, on backend: any Backend
    ) throws(DeviceError) {
        let rotaryDim = headDim - latentDim
        let rows = keys.enumerated().map { index, key in
            index % headDim < latentDim && !key.isNaN ? (key < 0 ? Float(-1) : 1) : key
        }
        let latents = try backend.matrix(rows, rows: slots.count, columns: headDim)
        let queries = try backend.matrix(
            [Float](repeating: 0, count: slots.count * (rotaryDim + 2)), rows: slots.count,
            columns: rotaryDim + 2)
        let contents = try backend.allocate(rows: slots.count, columns: 2, dtype: queryType)
        let keyed = try backend.allocate(rows: slots.count, columns: headDim, dtype: queryType)
        var batch = StepBatch()
        batch.positions = slots.map { _ in 0 }
        batch.slotMapping = slots
        let half = rotaryDim / 2
        let options = LatentOptions(
            rotary: .interleaved, rotaryDim: rotaryDim,
            cosines: try backend.pack(values: [Float](repeating: 1, count: half)),
            sines: try backend.pack(values: [Float](repeating: 0, count: half)),
            norm: Norm(kind: .rms, weight: try backend.pack(values: latentNorm), epsilon: 0))
        backend.splitLatent(
            queries: queries, latents: latents, options, batch: batch, numHeads: 1, cache: pool, layer: 0,
            contents: contents, keyed: keyed)
    }
}
