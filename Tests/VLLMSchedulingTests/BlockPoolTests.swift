// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMScheduling

@Suite("BlockPool")
struct BlockPoolTests {
    /// The same in the simplest way: counts, and an array in the order of reuse.
    struct Model: Hashable {
        var counts: [Int]
        var free: [Int32]

        mutating func allocate() -> Int32? {
            guard let block = free.first else { return nil }
            retain(block)
            return block
        }

        mutating func retain(_ block: Int32) {
            free.removeAll { $0 == block }
            counts[Int(block)] += 1
        }

        mutating func release(_ block: Int32, isCached: Bool) {
            counts[Int(block)] -= 1
            if counts[Int(block)] == 0 { free.insert(block, at: isCached ? free.count : 0) }
        }
    }

    struct State: Hashable {
        var pool: BlockPool
        var model: Model
    }

    @Test("every state that can be reached agrees with the model", arguments: 0...5)
    func exhaustive(numBlocks: Int) {
        let start = State(
            pool: BlockPool(numBlocks: numBlocks),
            model: Model(
                counts: Array(repeating: 0, count: numBlocks), free: (0..<Int32(numBlocks)).map { $0 }))
        var seen: Set<State> = [start]
        var frontier = [start]
        while let state = frontier.popLast() {
            check(state)
            for next in successors(of: state) where seen.insert(next).inserted { frontier.append(next) }
        }
        // Each block has a count of 0…2, and those of count 0 stand in any order.
        let expected = (0...numBlocks).reduce(0) { sum, numFree in
            let choices = (0..<numFree).reduce(1) { $0 * (numBlocks - $1) }
            return sum + choices * (0..<numBlocks - numFree).reduce(1) { product, _ in product * 2 }
        }
        #expect(seen.count == expected)
    }

    private func check(_ state: State) {
        #expect(state.pool.freeBlocks == state.model.free)
        #expect(state.pool.numFree == state.model.free.count)
        #expect(state.pool.violations(expectedReferenceCounts: state.model.counts) == [])
    }

    private func successors(of state: State) -> [State] {
        var states: [State] = []
        var next = state
        #expect(next.pool.allocate() == next.model.allocate())
        states.append(next)
        for block in 0..<Int32(state.pool.numBlocks) {
            if state.model.counts[Int(block)] < 2 {
                next = state
                next.pool.retain(block)
                next.model.retain(block)
                states.append(next)
            }
            guard state.model.counts[Int(block)] > 0 else { continue }
            for isCached in [false, true] {
                next = state
                next.pool.release(block, isCached: isCached)
                next.model.release(block, isCached: isCached)
                states.append(next)
            }
        }
        return states
    }

    @Test("blocks without content are reused before those with, of which the longest free comes first")
    func order() {
        var pool = BlockPool(numBlocks: 4)
        let blocks = (0..<4).compactMap { _ in pool.allocate() }
        #expect(blocks == [0, 1, 2, 3])
        #expect(pool.allocate() == nil)
        pool.release(2, isCached: true)
        pool.release(0, isCached: true)
        pool.release(3, isCached: false)
        pool.release(1, isCached: false)
        #expect(pool.freeBlocks == [1, 3, 2, 0])
    }

    @Test("a wrong expectation of reference counts is reported")
    func violations() {
        var pool = BlockPool(numBlocks: 2)
        _ = pool.allocate()
        #expect(pool.violations(expectedReferenceCounts: [1, 0]) == [])
        #expect(pool.violations(expectedReferenceCounts: [0, 0]).count == 1)
        #expect(pool.violations(expectedReferenceCounts: [1, 1]).count == 1)
    }
}
