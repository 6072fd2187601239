// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// Attention: prefill and decode over head dimensions and lengths, and what its variants cost.
enum AttentionKernel {
    /// A step's sequences, all alike.
    struct Step {
        /// Tokens of this step, of one sequence.
        let queries: Int
        /// Tokens of context with this step's.
        let context: Int
        var sequences = 1

        var name: String {
            queries > 1 ? "prefill \(queries)" : "decode \(sequences)×\(context)"
        }
    }

    enum Variant: String, CaseIterable {
        case plain
        case window
        case alibi
        case softCap = "soft-cap"
    }

    /// Positions that a query sees with a window.
    private static let window = 512
    private static let softCap: Float = 50
    private static let steps =
        [Step(queries: 512, context: 512), Step(queries: 2048, context: 2048)]
        + [1, 16].flatMap { sequences in
            [256, 2048, 8192].map { Step(queries: 1, context: $0, sequences: sequences) }
        }

    /// Groups of heads beside the models': the sizes of heads that there are.
    private static let otherHeads = [(80, 32, 8), (96, 32, 8), (256, 8, 4)]

    static func series(_ grid: KernelGrid) -> [KernelSeries] {
        var heads = grid.models.map { ($0.headDim, $0.numHeads, $0.numKVHeads) }
        if grid.otherHeads { heads = (heads + otherHeads).sorted { $0.0 < $1.0 } }
        return heads.map { series(headDim: $0, heads: $1, kvHeads: $2, steps: steps) }
    }

    /// One size of heads in bfloat16.
    static func series(
        headDim: Int, heads: Int, kvHeads: Int, steps: [Step], variants: [Variant] = Variant.allCases
    ) -> KernelSeries {
        let spec = KVCacheSpec(numHeads: kvHeads, headDim: headDim, dtype: .bfloat16)
        // A window that all of the context fits into is no variant.
        let items = steps.flatMap { step in
            variants.filter { $0 != .window || step.context > window }.map { (step, $0) }
        }
        let sizes = items.map { step, variant in
            let seen = Double(step.sequences) * pairs(step, window: variant == .window ? window : .max)
            let tokens = step.sequences * positions(step, variant)
            let rows = step.sequences * step.queries
            let activations = 4 * rows * heads * headDim
            let plain = "\(step.name) d=\(headDim)"
            return KernelSize(
                shape: variant == .plain ? plain : "\(plain) \(variant.rawValue)", peak: .bfloat16,
                operations: 4 * seen * Double(heads * headDim),
                bytes: Double(tokens * spec.bytesPerToken + activations), source: .memory,
                plainShape: variant == .plain ? nil : plain)
        }
        let most = steps.map { $0.sequences * $0.context }.max() ?? 0
        return KernelSeries(name: "attention", sizes: sizes) { index, memory throws(DeviceError) in
            let pool = try memory.pool(spec, tokens: most)
            return try work(items[index].0, items[index].1, heads: heads, pool, memory)
        }
    }

    /// Positions that some query of a sequence sees.
    private static func positions(_ step: Step, _ variant: Variant) -> Int {
        variant == .window ? min(step.context, window + step.queries - 1) : step.context
    }

    /// Pairs of a query and a position that it sees, of one sequence.
    private static func pairs(_ step: Step, window: Int) -> Double {
        (step.context - step.queries..<step.context).reduce(0.0) { $0 + Double(min($1 + 1, window)) }
    }

    private static func work(
        _ step: Step, _ variant: Variant, heads: Int, _ pool: KVCache, _ memory: BenchmarkMemory
    ) throws(DeviceError) -> KernelSeries.Work {
        let backend = memory.backend
        let spec = pool.specs[0]
        let rows = step.sequences * step.queries
        let queries = try memory.tensor(rows: rows, columns: heads * spec.headDim, dtype: .bfloat16)
        let output = try memory.tensor(rows: rows, columns: heads * spec.headDim, dtype: .bfloat16)
        var options = AttentionOptions(scale: 1 / Float(spec.headDim).squareRoot())
        switch variant {
        case .plain: break
        case .window: options.window = window
        case .alibi: options.alibiSlopes = try memory.vector(heads)
        case .softCap: options.softCap = softCap
        }
        let batches = batches(step, seen: positions(step, variant), pool)
        var turn = 0
        return {
            backend.attention(
                queries, options, batch: batches[turn], numHeads: heads, cache: pool, layer: 0, into: output)
            turn = (turn + 1) % batches.count
        }
    }

    /// Batches over the whole pool, one part behind the other, the blocks of a sequence not in order.
    ///
    /// What a window hides takes no part of the pool, or what is seen would stay in the cache.
    private static func batches(_ step: Step, seen: Int, _ pool: KVCache) -> [StepBatch] {
        let blocks = (step.context + pool.blockSize - 1) / pool.blockSize
        let used = min(blocks, (seen + pool.blockSize - 1) / pool.blockSize + 1)
        let count = max(1, pool.numBlocks / (used * step.sequences))
        // Even ones, then odd ones.
        let order = Array(stride(from: 0, to: used, by: 2)) + Array(stride(from: 1, to: used, by: 2))
        return (0..<count).map { turn in
            var batch = StepBatch()
            for sequence in 0..<step.sequences {
                batch.sequences.append(
                    SequenceSpan(
                        queryStart: Int32(sequence * step.queries), queryLength: Int32(step.queries),
                        contextLength: Int32(step.context), blockTableStart: Int32(batch.blockTables.count)))
                let first = (turn * step.sequences + sequence) * used
                batch.blockTables += [Int32](repeating: 0, count: blocks - used)
                batch.blockTables += order.map { Int32(first + $0) }
            }
            return batch
        }
    }
}
