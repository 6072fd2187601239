// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// The merged projection becomes queries, keys and values: rotary embedding and the write to the cache.
enum SplitKernel {
    private static let positions = 4096

    static func series(_ grid: KernelGrid) -> [KernelSeries] {
        grid.models.map { series($0, rows: grid.fewRows) }
    }

    static func series(_ model: KernelModel, rows: [Int]) -> KernelSeries {
        let items = rows.flatMap { [($0, false), ($0, true)] }
        let sizes = items.map { count, hasNorm in
            let plain = "\(model.name) m=\(count)"
            let turned = Double(count * (model.numHeads + model.numKVHeads) * model.headDim)
            // A rotation takes three operations an element, a norm four more; float32 in, bfloat16 out.
            return KernelSize(
                shape: hasNorm ? "\(plain) q/k-norm" : plain, peak: .float32,
                operations: turned * (hasNorm ? 7 : 3), bytes: 6 * Double(count * model.mergedWidth),
                source: .cache, plainShape: hasNorm ? plain : nil)
        }
        return KernelSeries(name: "qkv split", sizes: sizes) { index, memory throws(DeviceError) in
            try work(model, rows: items[index].0, hasNorm: items[index].1, memory)
        }
    }

    private static func work(
        _ model: KernelModel, rows: Int, hasNorm: Bool, _ memory: BenchmarkMemory
    ) throws(DeviceError) -> KernelSeries.Work {
        let backend = memory.backend
        let pool = try memory.pool(
            KVCacheSpec(numHeads: model.numKVHeads, headDim: model.headDim, dtype: .bfloat16), tokens: rows)
        let merged = try memory.tensor(rows: rows, columns: model.mergedWidth, dtype: .float32)
        let queries = try memory.tensor(rows: rows, columns: model.queryWidth, dtype: .bfloat16)
        var options = QueryKeyValueOptions()
        (options.rotary, options.rotaryDim) = (.halves, model.headDim)
        options.cosines = try memory.vector(positions * model.headDim / 2)
        options.sines = try memory.vector(positions * model.headDim / 2)
        if hasNorm {
            options.queryNorm = try memory.vector(model.headDim)
            options.keyNorm = try memory.vector(model.headDim)
        }
        var batch = StepBatch()
        batch.positions = (0..<rows).map { Int32($0 % positions) }
        // A prompt's tokens stand side by side, those of a decode step in blocks of their own.
        let spread = rows <= 64 ? pool.numBlocks / rows * pool.blockSize : 1
        let slots = pool.numBlocks * pool.blockSize
        var turn = 0
        return {
            batch.slotMapping = (0..<rows).map { Int32(($0 * spread + turn) % slots) }
            backend.splitQueryKeyValue(
                merged, options, batch: batch, numHeads: model.numHeads, cache: pool, layer: 0, into: queries)
            turn += rows
        }
    }
}
