// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMScheduling

@Suite("PrefixCache")
struct PrefixCacheTests {
    private func insert(
        _ block: Int32, _ tokenIDs: [Int32], after parent: PrefixCache.Content? = nil, salt: String? = nil,
        into cache: inout PrefixCache
    ) -> PrefixCache.Content? {
        let parent = parent ?? cache.root
        return cache.insert(block, PrefixKey(parent: parent, tokenIDs: tokenIDs.span, salt: salt))
    }

    private func find(
        _ tokenIDs: [Int32], after parent: PrefixCache.Content? = nil, salt: String? = nil,
        in cache: PrefixCache
    ) -> Int32? {
        let key = PrefixKey(parent: parent ?? cache.root, tokenIDs: tokenIDs.span, salt: salt)
        return cache.find(key, hash: key.hash)
    }

    @Test("a block is found by its parent, tokens and salt, and by nothing else")
    func find() throws {
        var cache = PrefixCache(numBlocks: 8, blockSize: 2)
        let first = try #require(insert(0, [1, 2], into: &cache))
        let second = try #require(insert(1, [1, 2], after: first, into: &cache))
        _ = try #require(insert(2, [1, 2], salt: "a", into: &cache))
        _ = try #require(insert(3, [1, 2], salt: "", into: &cache))
        #expect(find([1, 2], in: cache) == 0)
        #expect(find([1, 2], after: first, in: cache) == 1)
        #expect(find([1, 2], salt: "a", in: cache) == 2)
        #expect(find([1, 2], salt: "", in: cache) == 3)
        #expect(find([1, 2], after: second, in: cache) == nil)
        #expect(find([1, 2], salt: "b", in: cache) == nil)
        #expect(find([2, 1], in: cache) == nil)
        #expect(cache.violations() == [])
    }

    @Test("an equal hash is no hit where parent, tokens or salt differ")
    func equalHashes() throws {
        var cache = PrefixCache(numBlocks: 8, blockSize: 2)
        let tokens: [Int32] = [1, 2]
        let others: [Int32] = [1, 3]
        let first = try #require(insert(0, tokens, salt: "a", into: &cache))
        let key = PrefixKey(parent: cache.root, tokenIDs: tokens.span, salt: "a")
        let hash = key.hash
        #expect(cache.find(key, hash: hash) == 0)
        let otherParent = PrefixKey(parent: first, tokenIDs: tokens.span, salt: "a")
        #expect(cache.find(otherParent, hash: hash) == nil)
        let otherTokens = PrefixKey(parent: cache.root, tokenIDs: others.span, salt: "a")
        #expect(cache.find(otherTokens, hash: hash) == nil)
        for salt in [nil, "b"] {
            let otherSalt = PrefixKey(parent: cache.root, tokenIDs: tokens.span, salt: salt)
            #expect(cache.find(otherSalt, hash: hash) == nil)
        }
    }

    @Test("the block that was there first stays the only one of its content")
    func firstWins() throws {
        var cache = PrefixCache(numBlocks: 4, blockSize: 2)
        let content = try #require(insert(2, [7, 8], into: &cache))
        #expect(insert(1, [7, 8], into: &cache) == content)
        #expect(find([7, 8], in: cache) == 2)
        #expect(!cache.contains(1))
        #expect(cache.count == 1)
        #expect(cache.violations() == [])
    }

    @Test("a removed block is not found, and its content number does not come back")
    func remove() throws {
        var cache = PrefixCache(numBlocks: 4, blockSize: 2)
        let content = try #require(insert(0, [1, 1], salt: "s", into: &cache))
        _ = insert(1, [2, 2], after: content, into: &cache)
        cache.remove(0)
        #expect(find([1, 1], salt: "s", in: cache) == nil)
        let again = try #require(insert(3, [1, 1], salt: "s", into: &cache))
        #expect(again != content)
        #expect(find([2, 2], after: again, in: cache) == nil)
        #expect(cache.violations() == [])
    }

    @Test("after a reset nothing is found, not even from the old root")
    func reset() throws {
        var cache = PrefixCache(numBlocks: 4, blockSize: 2)
        let root = cache.root
        _ = insert(0, [1, 1], into: &cache)
        cache.removeAll()
        #expect(cache.root != root)
        #expect(cache.count == 0)
        #expect(find([1, 1], in: cache) == nil)
        #expect(find([1, 1], after: root, in: cache) == nil)
        #expect(cache.violations() == [])
    }

    /// Blocks of one 64-bit hash: the second pair of tokens takes the hash's state to its fixed point.
    private func collidingTokens(_ number: Int32, parent: PrefixCache.Content) -> [Int32] {
        let pair: [Int32] = [number, number]
        let state = PrefixKey(parent: parent, tokenIDs: pair.span, salt: nil).hash ^ 0xa076_1d64_78bd_642f
        return pair + [
            Int32(truncatingIfNeeded: state & 0xffff_ffff), Int32(truncatingIfNeeded: state >> 32),
        ]
    }

    @Test("blocks of equal hashes are told apart, and a bucket takes only so many of them")
    func collisions() {
        var cache = PrefixCache(numBlocks: 64, blockSize: 4)
        let tokens = (0..<20).map { collidingTokens($0, parent: cache.root) }
        let hashes = tokens.map { PrefixKey(parent: cache.root, tokenIDs: $0.span, salt: nil).hash }
        #expect(Set(hashes).count == 1, "the test knows how to collide")
        for (block, tokens) in tokens.enumerated() {
            #expect((insert(Int32(block), tokens, into: &cache) != nil) == (block < 16))
        }
        for (block, tokens) in tokens.enumerated() {
            #expect(find(tokens, in: cache) == (block < 16 ? Int32(block) : nil))
        }
        for block in [Int32(7), 0, 15] {
            cache.remove(block)
            #expect(find(tokens[Int(block)], in: cache) == nil)
            #expect(cache.violations() == [])
        }
        #expect(cache.count == 13)
    }

    @Test("random insertions and removals agree with a dictionary", arguments: [UInt64(1), 2, 3])
    func random(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var cache = PrefixCache(numBlocks: 32, blockSize: 3)
        var model: [[Int32]: Int32] = [:]
        for _ in 0..<5000 {
            let tokens = (0..<3).map { _ in Int32.random(in: 0..<4, using: &generator) }
            let block = Int32.random(in: 0..<32, using: &generator)
            #expect(find(tokens, in: cache) == model[tokens])
            if cache.contains(block) {
                cache.remove(block)
                model = model.filter { $0.value != block }
            } else if insert(block, tokens, into: &cache) != nil, model[tokens] == nil {
                model[tokens] = block
            }
            #expect(cache.count == model.count)
        }
        #expect(cache.violations() == [])
    }
}
