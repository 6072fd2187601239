// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What the slots of the KV cache that sequences hold are good for, a slot a token.
package struct KVOccupancy: Sendable, Hashable {
    /// Slots of the blocks that sequences hold; a shared block counts once for each.
    package internal(set) var numHeld = 0
    /// Those with keys and values of a token.
    package internal(set) var numFilled = 0
    /// Those that are empty and that their sequence comes to if it generates all that its request allows.
    package internal(set) var numReserved = 0

    /// Those that their sequence never comes to: internal fragmentation.
    package var numFragmented: Int { numHeld - numFilled - numReserved }
}
