// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Finds the longest of a set of texts at a position.
struct ByteTrie: Sendable {
    /// A byte of some text, with the next sibling and the first child, or −1.
    private struct Node: Sendable {
        var byte: UInt8
        var value: Int32 = -1
        var sibling: Int32 = -1
        var child: Int32 = -1
    }

    private var nodes: [Node] = []
    /// The node of each first byte, or −1.
    private var roots = [Int32](repeating: -1, count: 256)

    /// Whether there are no texts.
    var isEmpty: Bool { nodes.isEmpty }

    /// Adds a text that is not empty; the first value for it stays.
    mutating func insert(_ text: [UInt8], value: Int32) {
        guard let first = text.first else { return }
        if roots[Int(first)] < 0 {
            roots[Int(first)] = Int32(nodes.count)
            nodes.append(Node(byte: first))
        }
        var at = Int(roots[Int(first)])
        for byte in text.dropFirst() {
            var child = nodes[at].child
            while child >= 0, nodes[Int(child)].byte != byte { child = nodes[Int(child)].sibling }
            if child < 0 {
                child = Int32(nodes.count)
                nodes.append(Node(byte: byte, sibling: nodes[at].child))
                nodes[at].child = child
            }
            at = Int(child)
        }
        if nodes[at].value < 0 { nodes[at].value = value }
    }

    /// Returns the first position from `start` on where a text may begin, or `end`.
    func candidate(in text: Span<UInt8>, from start: Int, to end: Int) -> Int {
        let roots = roots.span
        var position = start
        while position < end, roots[Int(text[position])] < 0 { position += 1 }
        return position
    }

    /// Returns the longest text at a position: its value and where it ends.
    func longest(in text: Span<UInt8>, at start: Int, to end: Int) -> (value: Int32, end: Int)? {
        var node = roots[Int(text[start])]
        var position = start + 1
        var found: (value: Int32, end: Int)?
        while node >= 0 {
            if nodes[Int(node)].value >= 0 { found = (nodes[Int(node)].value, position) }
            guard position < end else { break }
            node = nodes[Int(node)].child
            while node >= 0, nodes[Int(node)].byte != text[position] { node = nodes[Int(node)].sibling }
            position += 1
        }
        return found
    }
}
