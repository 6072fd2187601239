// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Counts who holds each block of the KV cache, and keeps those that nobody holds in the order of reuse.
///
/// A free block may still have cached content: it stays in the list until it is allocated for something else
/// or retained by a sequence that shares it. Every operation takes constant time.
package struct BlockPool: Sendable, Hashable {
    /// A block's reference count and, while that is 0, its neighbours in the free list; else itself.
    struct Node: Sendable, Hashable {
        var referenceCount: Int32 = 0
        var previous: Int32
        var next: Int32
    }

    /// One a block, and a sentinel that closes the free list to a ring.
    var nodes: [Node]
    /// Blocks that nobody holds.
    package private(set) var numFree: Int

    /// Creates a pool of free blocks, which are allocated in rising order; at most `Int32.max - 1`.
    package init(numBlocks: Int) {
        precondition(numBlocks >= 0 && numBlocks < Int(Int32.max), "\(numBlocks) blocks")
        let last = Int32(numBlocks)
        nodes = (0...last).map { Node(previous: $0 == 0 ? last : $0 - 1, next: $0 == last ? 0 : $0 + 1) }
        numFree = numBlocks
    }

    /// Blocks in the pool.
    package var numBlocks: Int { nodes.count - 1 }

    /// How many tables hold a block.
    package func referenceCount(of block: Int32) -> Int { Int(nodes[Int(block)].referenceCount) }

    /// The free block that is next to be reused; nil where there is none.
    package var nextFree: Int32? { numFree > 0 ? nodes[numBlocks].next : nil }

    /// True where the pool has a block of that number that nobody holds.
    package func isFree(_ block: Int32) -> Bool {
        block >= 0 && Int(block) < numBlocks && referenceCount(of: block) == 0
    }

    /// Takes the free block that is next to be reused; nil where there is none.
    package mutating func allocate() -> Int32? {
        guard let block = nextFree else { return nil }
        retain(block)
        return block
    }

    /// Adds a holder to a block, free or not.
    package mutating func retain(_ block: Int32) {
        if nodes[Int(block)].referenceCount == 0 { unlink(block) }
        nodes[Int(block)].referenceCount += 1
    }

    /// Removes a holder; with the last one the block is free.
    ///
    /// - Parameter isCached: Whether its content may be asked for again: then it is reused after all others,
    ///   else before them.
    package mutating func release(_ block: Int32, isCached: Bool) {
        let count = nodes[Int(block)].referenceCount
        precondition(count > 0, "block \(block) is released and its reference count is \(count)")
        nodes[Int(block)].referenceCount = count - 1
        guard count == 1 else { return }
        let sentinel = Int32(numBlocks)
        link(block, after: isCached ? nodes[numBlocks].previous : sentinel)
    }

    private mutating func link(_ block: Int32, after previous: Int32) {
        let next = nodes[Int(previous)].next
        nodes[Int(block)].previous = previous
        nodes[Int(block)].next = next
        nodes[Int(previous)].next = block
        nodes[Int(next)].previous = block
        numFree += 1
    }

    private mutating func unlink(_ block: Int32) {
        let (previous, next) = (nodes[Int(block)].previous, nodes[Int(block)].next)
        nodes[Int(previous)].next = next
        nodes[Int(next)].previous = previous
        (nodes[Int(block)].previous, nodes[Int(block)].next) = (block, block)
        numFree -= 1
    }
}
