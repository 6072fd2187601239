// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The longest cached prefix of a sequence.
package struct PrefixHit: Sendable {
    /// Its blocks, in order; not yet retained.
    package internal(set) var blockIDs: [Int32] = []
    /// The content of those blocks.
    var content: PrefixCache.Content
    /// The hash of the first full block that was looked for in vain; nil where none was.
    var missingHash: UInt64?
}
