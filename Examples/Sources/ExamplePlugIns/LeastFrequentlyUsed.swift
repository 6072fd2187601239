// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLM

/// An eviction policy that gives up the block that prompts found least often, of equals the one that was let go first.
///
/// So a system prompt that thousands of requests share outlives a burst of prompts that come once.
struct LeastFrequentlyUsed: KVEvictionPolicy {
    /// Candidates in the order in which they came, with what has left since before `head`.
    private struct Queue {
        var blocks: [(block: Int32, arrival: Int)] = []
        var head = 0
    }

    /// By how often they were found.
    private var queues: [Int: Queue] = [:]
    /// The last arrival of each candidate: what stands in a queue under another has left.
    private var arrivals: [Int32: Int] = [:]
    private var numArrivals = 0

    mutating func insert(_ block: CachedBlock) {
        numArrivals += 1
        arrivals[block.block] = numArrivals
        queues[block.numHits, default: Queue()].blocks.append((block.block, numArrivals))
    }

    mutating func remove(_ block: Int32) { arrivals[block] = nil }

    mutating func victim() -> Int32? {
        while let fewest = queues.keys.min(), var queue = queues.removeValue(forKey: fewest) {
            while queue.head < queue.blocks.count {
                let (block, arrival) = queue.blocks[queue.head]
                if arrivals[block] == arrival {
                    queues[fewest] = queue
                    return block
                }
                queue.head += 1
            }
        }
        return nil
    }
}
