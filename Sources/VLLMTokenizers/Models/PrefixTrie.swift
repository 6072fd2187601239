// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Finds all tokens that a text begins with: a double array, one access a byte.
///
/// The child of a node for a byte is at `base ^ byte`, in the node's block of 256, if its `parent` is the node; Aoe 1989,
/// "An Efficient Digital Search Algorithm by Using a Double-Array Structure".
struct PrefixTrie: Sendable {
    /// A node, or a free place.
    struct Unit: Sendable {
        /// Where the children are, before the byte is mixed in.
        var base: UInt32 = 0
        /// The node above, or `none`.
        var parent = PrefixTrie.none
        /// The value of the token that ends here, or −1.
        var value: Int32 = -1
    }

    /// No node.
    static let none = UInt32.max
    /// The node of the empty text.
    static let root: UInt32 = 0

    private(set) var units: [Unit] = []

    /// Indexes tokens; of equal ones the last counts, and empty ones do not.
    ///
    /// - Parameter entries: places in `bytes` with the values that are found.
    init(_ bytes: [UInt8], _ entries: [(range: Range<Int>, value: Int32)]) {
        var builder = PrefixTrieBuilder(bytes, entries)
        units = builder.build()
    }

    /// The node below another for a byte, or `none`.
    @inline(__always)
    func child(of node: UInt32, _ byte: UInt8) -> UInt32 {
        let at = units[Int(node)].base ^ UInt32(byte)
        return units[Int(at)].parent == node ? at : Self.none
    }

    /// The node of a text, or `none`.
    func node(of text: some Sequence<UInt8>) -> UInt32 {
        var node = Self.root
        for byte in text {
            node = child(of: node, byte)
            if node == Self.none { break }
        }
        return node
    }

    /// The longest token below a node that a part of a text begins with, and where it ends.
    func longest(from node: UInt32, _ text: Span<UInt8>, _ part: Range<Int>) -> (value: Int32, end: Int)? {
        var node = node
        var found: (value: Int32, end: Int)?
        for position in part {
            node = child(of: node, text[position])
            if node == Self.none { break }
            let value = units[Int(node)].value
            if value >= 0 { found = (value, position + 1) }
        }
        return found
    }
}
