// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMScheduling
import VLLMTypes

@Suite("KVCacheManager")
struct KVCacheManagerTests {
    private let prompt = (0..<13).map { Int32($0) }

    private func manager(numBlocks: Int = 8, caching: Bool = true) -> KVCacheManager {
        KVCacheManager(numBlocks: numBlocks, blockSize: 4, enablePrefixCaching: caching)
    }

    /// A table that holds so many tokens.
    private func allocate(
        _ numTokens: Int, sharing hit: PrefixHit, in manager: inout KVCacheManager
    ) throws -> BlockTable {
        var table = BlockTable()
        let fits = manager.allocate(&table, numTokens: numTokens, sharing: hit)
        try #require(fits)
        return table
    }

    /// A table of all tokens, all computed and published.
    private func compute(
        _ tokenIDs: [Int32], salt: String? = nil, in manager: inout KVCacheManager
    ) throws -> BlockTable {
        var table = try allocate(
            tokenIDs.count, sharing: manager.lookUp(tokenIDs.span, salt: salt), in: &manager)
        manager.publish(&table, tokenIDs: tokenIDs.span, salt: salt, numComputedTokens: tokenIDs.count)
        return table
    }

    @Test("a prefix is found in whole blocks and never whole, so that one token is left to compute")
    func lookUp() throws {
        var manager = manager()
        let table = try compute(prompt, in: &manager)
        #expect(table.blockIDs == [0, 1, 2, 3])
        let expected: [(Int, [Int32])] = [
            (13, [0, 1, 2]), (12, [0, 1]), (9, [0, 1]), (8, [0]), (5, [0]), (4, []), (1, []),
        ]
        for (length, blocks) in expected {
            #expect(manager.lookUp(Array(prompt.prefix(length)).span, salt: nil).blockIDs == blocks)
        }
        #expect(manager.lookUp((prompt + [9, 9]).span, salt: nil).blockIDs == [0, 1, 2])
        #expect(manager.lookUp((Array(prompt.prefix(6)) + [9, 9, 9]).span, salt: nil).blockIDs == [0])
        #expect(manager.lookUp(prompt.span, salt: "other").blockIDs == [])
    }

    @Test("blocks are found only once they are computed")
    func publication() throws {
        var manager = manager()
        var table = try allocate(13, sharing: manager.noHit, in: &manager)
        for numComputed in 0...13 {
            manager.publish(&table, tokenIDs: prompt.span, salt: nil, numComputedTokens: numComputed)
            let hit = manager.lookUp(prompt.span, salt: nil)
            #expect(hit.blockIDs.count == min(numComputed, 12) / 4)
        }
    }

    @Test("of two sequences that compute one prefix, the first to publish is shared and each keeps its own")
    func firstPublishedWins() throws {
        var manager = manager()
        var first = try allocate(13, sharing: manager.noHit, in: &manager)
        var second = try allocate(13, sharing: manager.noHit, in: &manager)
        manager.publish(&second, tokenIDs: prompt.span, salt: nil, numComputedTokens: 8)
        manager.publish(&first, tokenIDs: prompt.span, salt: nil, numComputedTokens: 13)
        #expect(Array(manager.lookUp(prompt.span, salt: nil).blockIDs) == [4, 5, 2])
        manager.free(&first)
        #expect(manager.lookUp(prompt.span, salt: nil).blockIDs == [4, 5, 2])
        #expect(manager.pool.freeBlocks == [0, 1, 3, 2], "what is not cached is reused first")
    }

    @Test("freed blocks are reused tail first, and a hit revives them until then")
    func evictionOrder() throws {
        var manager = manager(numBlocks: 4)
        var table = try compute(prompt, in: &manager)
        manager.free(&table)
        #expect(manager.pool.freeBlocks == [3, 2, 1, 0])
        let other = try allocate(8, sharing: manager.noHit, in: &manager)
        #expect(other.blockIDs == [3, 2])
        #expect(manager.lookUp(prompt.span, salt: nil).blockIDs == [0, 1])
        let third = try allocate(8, sharing: manager.lookUp(prompt.span, salt: nil), in: &manager)
        #expect(third.blockIDs == [0, 1])
        #expect(manager.pool.numFree == 0)
    }

    @Test("the least recently used prefix is evicted first")
    func leastRecentlyUsed() throws {
        var manager = manager(numBlocks: 3)
        let prompts: [[Int32]] = (0..<3).map { [Int32($0), 1, 2, 3, 4] }
        for prompt in prompts {
            var table = try allocate(4, sharing: manager.noHit, in: &manager)
            manager.publish(&table, tokenIDs: prompt.span, salt: nil, numComputedTokens: 4)
            manager.free(&table)
        }
        let first = prompts[0]
        let hit = manager.lookUp(first.span, salt: nil)
        var again = try allocate(4, sharing: hit, in: &manager)
        manager.free(&again)
        _ = try allocate(4, sharing: manager.noHit, in: &manager)
        let found = prompts.map { !manager.lookUp($0.span, salt: nil).blockIDs.isEmpty }
        #expect(found == [true, false, true])
    }

    @Test("free blocks of the hit are not counted twice")
    func revivedBlocksAreNotFree() throws {
        var manager = manager(numBlocks: 4)
        var table = try compute(prompt, in: &manager)
        manager.free(&table)
        let hit = manager.lookUp(prompt.span, salt: nil)
        #expect(hit.blockIDs.count == 3)
        let fits = manager.allocate(&table, numTokens: 17, sharing: hit)
        #expect(!fits)
        #expect(manager.pool.numFree == 4)
        #expect(table.blockIDs == [])
        table = try allocate(16, sharing: hit, in: &manager)
        #expect(manager.pool.numFree == 0)
        let grown = [17, 16].map { manager.grow(&table, numTokens: $0) }
        #expect(grown == [nil, []])
    }

    @Test("without caching nothing is found")
    func withoutCaching() throws {
        var manager = manager(caching: false)
        var table = try compute(prompt, in: &manager)
        #expect(manager.lookUp(prompt.span, salt: nil).blockIDs == [])
        manager.free(&table)
        #expect(manager.pool.freeBlocks == [0, 1, 2, 3, 4, 5, 6, 7])
    }

    @Test("a table from before a reset publishes nothing after it")
    func reset() throws {
        var manager = manager()
        var table = try allocate(13, sharing: manager.noHit, in: &manager)
        manager.resetPrefixCache()
        manager.publish(&table, tokenIDs: prompt.span, salt: nil, numComputedTokens: 13)
        #expect(manager.lookUp(prompt.span, salt: nil).blockIDs == [])
        let fresh = try compute(prompt, in: &manager)
        #expect(manager.lookUp(prompt.span, salt: nil).blockIDs == Array(fresh.blockIDs.prefix(3)))
    }
}
