// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Ids of tokens or blocks in order, of which one alone takes no memory of its own: nearly every step gives a
/// sequence one token, and one block at most.
package struct IDList: RandomAccessCollection, ExpressibleByArrayLiteral, Sendable, Hashable {
    /// The first id; 0 where there is none.
    private var head: Int32 = 0
    /// What comes behind it.
    private var tail: [Int32] = []
    package private(set) var endIndex = 0

    /// Creates an empty list.
    package init() {}

    /// Creates a list of one id.
    package init(_ id: Int32) {
        head = id
        endIndex = 1
    }

    /// Creates a list of the ids of a sequence.
    package init(_ ids: some Sequence<Int32>) {
        for id in ids { append(id) }
    }

    package init(arrayLiteral ids: Int32...) { self.init(ids) }

    package var startIndex: Int { 0 }

    package subscript(index: Int) -> Int32 {
        precondition(index >= 0 && index < endIndex, "index \(index) of \(endIndex) ids")
        return index == 0 ? head : tail[index - 1]
    }

    /// Adds an id behind the last.
    package mutating func append(_ id: Int32) {
        if endIndex == 0 { head = id } else { tail.append(id) }
        endIndex += 1
    }

    /// Adds the ids of another list behind the last.
    package mutating func append(contentsOf other: IDList) {
        for id in other { append(id) }
    }
}
