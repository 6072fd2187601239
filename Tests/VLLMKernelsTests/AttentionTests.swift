// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import Testing
import VLLMConformance

@Suite struct AttentionTests {
    typealias Sequence = AttentionCase.Sequence

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

    /// What is no number reaches the output, however the context is cut.
    @Test(arguments: InstructionSet.all, dtypes)
    func brokenKeysAreNotPassedOver(set: InstructionSet, dtype: vllm_dtype) {
        for broken in [3, 600, 1299] {
            var item = AttentionCase(heads: 4, kvHeads: 2, dim: 32, dtype: dtype)
            item.sequences = [Sequence(queries: 1, context: 1300)]
            item.brokenKey = broken
            for isCut in [false, true] {
                let found = item.run(set, isCut: isCut)
                // Of the first KV head's two heads.
                #expect(found.prefix(64).allSatisfy { $0.isNaN }, "token \(broken), cut \(isCut)")
                #expect(found.suffix(64).allSatisfy { $0.isFinite })
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
