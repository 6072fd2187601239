// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import Testing

@Suite struct AttentionTests {
    typealias Sequence = AttentionCase.Sequence

    private func check(_ item: AttentionCase, _ set: InstructionSet, _ note: String = "") {
        let found = item.run(set)
        // Values are below 1 in magnitude. Scores below 4·8 in magnitude carry (dim + 4) roundings; weights of bf16
        // are rounded by half a unit, the output too if it is bf16.
        var tolerance = 32 * Double(item.dim + 4) * floatEpsilon + 600 * floatEpsilon
        if item.dtype == VLLM_DTYPE_BF16 { tolerance += 2 * bf16Epsilon }
        if item.outType == VLLM_DTYPE_BF16 { tolerance += bf16Epsilon }
        for (index, expected) in item.reference().enumerated() {
            let error = abs(Double(found[index]) - expected)
            guard error <= tolerance else {
                Issue.record(
                    "\(note) element \(index): \(found[index]), not \(expected), tolerance \(tolerance)")
                return
            }
        }
    }

    @Test(arguments: InstructionSet.all, dtypes)
    func rowsAreWithinRoundingOfDoublePrecision(set: InstructionSet, dtype: vllm_dtype) {
        for dim in [2, 18, 40, 64, 80, 96, 128, 256] {
            for (heads, kvHeads) in [(2, 2), (7, 1), (8, 2)] {
                var item = AttentionCase(heads: heads, kvHeads: kvHeads, dim: dim, dtype: dtype)
                item.sequences = [Sequence(queries: 1, context: 1), Sequence(queries: 3, context: 37)]
                check(item, set, "dim \(dim), \(heads) heads")
                item.outType = VLLM_DTYPE_BF16
                item.sequences = [Sequence(queries: 21, context: 21)]
                check(item, set, "dim \(dim), \(heads) heads")
            }
        }
    }

    @Test(arguments: InstructionSet.all, dtypes)
    func splitsAreMerged(set: InstructionSet, dtype: vllm_dtype) {
        var item = AttentionCase(heads: 4, kvHeads: 1, dim: 32, dtype: dtype)
        item.sequences = [511, 512, 513, 514, 1024, 1025, 1300].map { Sequence(queries: 2, context: $0) }
        item.sequences.append(Sequence(queries: 19, context: 523))
        check(item, set)
    }

    @Test(arguments: InstructionSet.all, dtypes)
    func windowsCapsAndSlopesFollowTheirFormula(set: InstructionSet, dtype: vllm_dtype) {
        var item = AttentionCase(heads: 4, kvHeads: 2, dim: 32, dtype: dtype)
        item.sequences = [Sequence(queries: 40, context: 40), Sequence(queries: 9, context: 700)]
        for window in [1, 2, 15, 33, 190, 600] {
            item.window = window
            check(item, set, "window \(window)")
        }
        item.window = 0
        item.softCap = 3
        check(item, set, "soft cap")
        item.softCap = 0
        item.alibi = [0.5, 0.25, 0.0625, 0.001]
        check(item, set, "ALiBi")
    }

    /// Bit for bit: the promise that batches, chunks and blocks do not show.
    @Test(arguments: InstructionSet.all, dtypes)
    func bitsDependOnNeitherTilesNorBlocksNorNeighbours(set: InstructionSet, dtype: vllm_dtype) {
        for (heads, kvHeads, dim, window) in [(7, 1, 64, 0), (2, 2, 40, 0), (6, 2, 80, 37), (1, 1, 32, 530)] {
            var item = AttentionCase(heads: heads, kvHeads: kvHeads, dim: dim, dtype: dtype, window: window)
            item.sequences = [Sequence(queries: 90, context: 90), Sequence(queries: 45, context: 545)]
            let whole = item.run(set).map(\.bitPattern)
            for (blockSize, tile) in [(16, 1), (32, 7), (128, 64), (16, 200)] {
                let again = item.run(set, blockSize: blockSize, shuffle: UInt64(tile), tile: tile).map(
                    \.bitPattern)
                #expect(again == whole, "block \(blockSize), tile \(tile)")
            }
            for (headLimit, isCut) in [(1, false), (1, true), (.max, true)] {
                let again = item.run(set, tile: isCut ? 7 : nil, headLimit: headLimit, isCut: isCut)
                #expect(again.map(\.bitPattern) == whole, "heads \(headLimit), cut \(isCut)")
            }
            let width = heads * dim
            var alone = item
            alone.sequences = [item.sequences[0]]
            #expect(alone.run(set).map(\.bitPattern) == Array(whole.prefix(90 * width)))
        }
    }

    /// Few queries read several KV heads together, or a split of the context alone.
    @Test(arguments: InstructionSet.all, dtypes)
    func bitsDependOnNeitherHeadsOfAnItemNorItsSplits(set: InstructionSet, dtype: vllm_dtype) {
        for (heads, kvHeads, dim, window) in [
            (14, 2, 64, 0), (16, 16, 80, 700), (12, 3, 40, 0), (64, 1, 32, 9),
        ] {
            var item = AttentionCase(heads: heads, kvHeads: kvHeads, dim: dim, dtype: dtype, window: window)
            item.sequences = [
                Sequence(queries: 1, context: 1), Sequence(queries: 1, context: 1300),
                Sequence(queries: 3, context: 1025), Sequence(queries: 1, context: 512),
            ]
            let whole = item.run(set, headLimit: 1).map(\.bitPattern)
            for (headLimit, isCut) in [(.max, false), (2, false), (1, true), (.max, true)] {
                let again = item.run(set, headLimit: headLimit, isCut: isCut).map(\.bitPattern)
                #expect(again == whole, "heads \(headLimit), cut \(isCut)")
            }
        }
    }

    @Test(arguments: InstructionSet.all, dtypes)
    func chunksOfAPromptGiveTheBitsOfTheWhole(set: InstructionSet, dtype: vllm_dtype) {
        var item = AttentionCase(heads: 3, kvHeads: 1, dim: 64, dtype: dtype)
        item.sequences = [Sequence(queries: 530, context: 530)]
        let whole = item.run(set).map(\.bitPattern)
        let width = 3 * 64
        // Chunks of the same sequence: keys and values of a shorter context are a prefix of the longer one's.
        for (queries, context) in [(1, 1), (16, 16), (100, 117), (13, 512), (2, 513), (1, 530), (200, 530)] {
            item.sequences = [Sequence(queries: queries, context: context)]
            let part = item.run(set).map(\.bitPattern)
            #expect(
                part == Array(whole[(context - queries) * width..<context * width]),
                "\(queries) of \(context)")
        }
    }

    @Test(arguments: InstructionSet.all, dtypes)
    func staleAndLaterValuesDoNotLeak(set: InstructionSet, dtype: vllm_dtype) {
        var item = AttentionCase(heads: 2, kvHeads: 1, dim: 48, dtype: dtype)
        item.sequences = [Sequence(queries: 11, context: 11), Sequence(queries: 1, context: 529)]
        let clean = item.run(set).map(\.bitPattern)
        for filler in [Float.infinity, -Float.infinity, 0, 1] {
            item.filler = filler
            #expect(item.run(set).map(\.bitPattern) == clean)
        }
    }

    /// 0 · ∞ is NaN: masking must keep the product from being made.
    @Test(arguments: InstructionSet.all, dtypes)
    func tokensThatOverflowDoNotReachEarlierOnes(set: InstructionSet, dtype: vllm_dtype) {
        for (heads, kvHeads) in [(1, 1), (3, 1), (8, 1)] {
            var item = AttentionCase(heads: heads, kvHeads: kvHeads, dim: 32, dtype: dtype)
            item.sequences = [Sequence(queries: 70, context: 70)]
            let clean = item.run(set).map(\.bitPattern)
            for first in [1, 6, 16, 33, 69] {
                item.overflowFrom = first
                let seen = first * heads * 32
                #expect(
                    item.run(set).prefix(seen).map(\.bitPattern) == Array(clean.prefix(seen)), "from \(first)"
                )
            }
        }
    }
}
