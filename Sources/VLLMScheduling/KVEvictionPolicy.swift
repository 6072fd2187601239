// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Decides which cached block is given up when the pool needs one; without a policy it is the least recently used.
///
/// Only blocks that nobody holds and whose content can be found are candidates; those without content go first, and
/// are none of its business. An answer that is no candidate is ignored, and the least recently used block is taken.
/// Each call should take constant or logarithmic time: it is part of a step.
public protocol KVEvictionPolicy: Sendable {
    /// A block becomes a candidate: its last holder let it go.
    mutating func insert(_ block: CachedBlock)
    /// A candidate is held again, or is about to be overwritten: it is one no more.
    mutating func remove(_ block: Int32)
    /// The candidate to give up now, which `remove` will then be called with; nil leaves the choice to the order of
    /// use.
    mutating func victim() -> Int32?
}

/// A cached block that nobody holds.
public struct CachedBlock: Sendable, Hashable {
    /// Its number in the pool.
    public let block: Int32
    /// Its place in the prefix that it ends: 0 is the first block of a prompt.
    public let depth: Int
    /// How often a prompt found it since it was computed.
    public let numHits: Int

    /// Describes a block, for tests of policies.
    public init(block: Int32, depth: Int, numHits: Int) {
        self.block = block
        self.depth = depth
        self.numHits = numHits
    }
}
