// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The blocks of one sequence, in the order of its tokens, and how far they are known to the prefix cache.
package struct BlockTable: Sendable {
    /// Its blocks; the first `numNamed` are full, computed and immutable.
    package internal(set) var blockIDs: [Int32] = []
    /// Blocks at the front whose prefix has a content number.
    var numNamed = 0
    /// The content of those blocks; nil where the cache could not name the next one, so that no more follow.
    var content: PrefixCache.Content?
    /// The root at the time of allocation: after a reset of the cache nothing of this table is published.
    var root: PrefixCache.Content = 0

    /// Creates an empty table.
    package init() {}
}
