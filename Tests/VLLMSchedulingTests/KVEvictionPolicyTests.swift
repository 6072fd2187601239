// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing
import VLLMScheduling
import VLLMTypes

/// A policy that gives up the deepest block of all prefixes first.
struct DeepestFirst: KVEvictionPolicy {
    private(set) var candidates: [Int32: CachedBlock] = [:]

    mutating func insert(_ block: CachedBlock) { candidates[block.block] = block }
    mutating func remove(_ block: Int32) { candidates[block] = nil }
    func victim() -> Int32? {
        candidates.values.max { ($0.depth, $0.block) < ($1.depth, $1.block) }?.block
    }
}

/// A policy that names whatever comes to its mind.
struct Nonsense: KVEvictionPolicy {
    private var generator = SplitMix64(seed: 7)

    mutating func insert(_: CachedBlock) {}
    mutating func remove(_: Int32) {}
    mutating func victim() -> Int32? {
        let answers: [Int32?] = [nil, -1, .min, .max, 1_000_000]
        return Bool.random(using: &generator)
            ? answers.randomElement(using: &generator) ?? nil : Int32.random(in: 0..<40, using: &generator)
    }
}

/// A policy that tells what it is told.
final class Witness: Sendable {
    let seen = Mutex<[CachedBlock]>([])

    struct Policy: KVEvictionPolicy {
        let witness: Witness
        mutating func insert(_ block: CachedBlock) { witness.seen.withLock { $0.append(block) } }
        mutating func remove(_: Int32) {}
        mutating func victim() -> Int32? { nil }
    }
}

@Suite("KVEvictionPolicy")
struct KVEvictionPolicyTests {
    private func manager(_ make: @escaping @Sendable () -> any KVEvictionPolicy) -> KVCacheManager {
        KVCacheManager(numBlocks: 6, blockSize: 4, enablePrefixCaching: true, makePolicy: make)
    }

    /// Computes a prompt, publishes it and lets it go.
    private func pass(_ tokenIDs: [Int32], through manager: inout KVCacheManager) throws {
        var table = BlockTable()
        let hit = manager.lookUp(tokenIDs.span, salt: nil)
        let fits = manager.allocate(&table, numTokens: tokenIDs.count, sharing: hit)
        try #require(fits)
        manager.publish(&table, tokenIDs: tokenIDs.span, salt: nil, numComputedTokens: tokenIDs.count)
        manager.free(&table)
    }

    private func numCached(_ tokenIDs: [Int32], in manager: KVCacheManager) -> Int {
        manager.lookUp((tokenIDs + [99]).span, salt: nil).blockIDs.count
    }

    @Test("the policy's choice is given up, where the order of use would give up another")
    func choice() throws {
        let first = (0..<12).map { Int32($0) }
        let second = (20..<32).map { Int32($0) }
        let third = (40..<44).map { Int32($0) }
        var plain = KVCacheManager(numBlocks: 6, blockSize: 4, enablePrefixCaching: true)
        var chosen = manager { DeepestFirst() }
        for prompt in [first, second, third] {
            try pass(prompt, through: &plain)
            try pass(prompt, through: &chosen)
        }
        // By use, the end of the first prompt goes; by depth, that of the second, which has the higher number.
        #expect(numCached(first, in: plain) == 2 && numCached(second, in: plain) == 3)
        #expect(numCached(first, in: chosen) == 3 && numCached(second, in: chosen) == 2)
    }

    @Test("a policy is told the depth of a block and how often it was found")
    func counts() throws {
        let witness = Witness()
        var manager = manager { Witness.Policy(witness: witness) }
        let prompt = (0..<9).map { Int32($0) }
        for _ in 0..<3 { try pass(prompt, through: &manager) }
        let seen = witness.seen.withLock { $0 }
        #expect(seen.map(\.depth) == [1, 0, 1, 0, 1, 0])
        #expect(seen.map(\.numHits) == [0, 0, 1, 1, 2, 2])
        // A block that holds something else was never found.
        for start in [50, 60, 70] { try pass((0..<8).map { Int32($0 + start) }, through: &manager) }
        #expect(witness.seen.withLock { $0.suffix(6) }.allSatisfy { $0.numHits == 0 })
    }

    @Test("a policy that forgets nothing is begun anew when the cache is")
    func reset() throws {
        var manager = manager { DeepestFirst() }
        try pass((0..<24).map { Int32($0) }, through: &manager)
        manager.resetPrefixCache()
        try pass((30..<54).map { Int32($0) }, through: &manager)
        #expect(numCached((30..<54).map { Int32($0) }, in: manager) == 6)
    }

    static let policies: [@Sendable () -> any KVEvictionPolicy] = [{ DeepestFirst() }, { Nonsense() }]

    @Test("whatever a policy answers, every output is that of the request alone", arguments: 0..<24)
    func random(seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(seed))
        let config = makeConfig(
            maxNumSeqs: 4, maxNumBatchedTokens: 16, maxModelLen: 40, blockSize: 4,
            numBlocks: [10, 14, 24][seed % 3], caching: true)
        var simulation = try Simulation(config, makePolicy: Self.policies[seed % 2])
        for id in 0..<60 {
            let document = Int32.random(in: 0..<4, using: &generator)
            let length = Int.random(in: 1..<30, using: &generator)
            let prompt = (0..<Int32(length)).map { ($0 * 7 + document) % 29 }
            simulation.add(makeRequest(UInt64(id), prompt: prompt, params: .init(maxTokens: 6)))
            simulation.step()
        }
        simulation.drain()
    }
}
