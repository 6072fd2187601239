// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The slots of waiting sequences, the lowest rank first: a binary heap with lazy deletion.
///
/// Insertion and removal take logarithmic time at most, amortised.
package struct WaitingQueue: Sendable {
    struct Entry: Sendable {
        var rank: SchedulingPolicy.Rank
        var slot: Int
    }

    /// A heap: no entry comes before its parent, which is at `(index - 1) / 2`.
    private var heap: [Entry] = []
    /// Arrival numbers of entries of the heap that have left the queue.
    private var removed: Set<UInt64> = []

    /// Creates an empty queue.
    package init() {}

    /// Sequences that wait.
    package var count: Int { heap.count - removed.count }

    /// Adds a sequence, which is not in the queue.
    package mutating func insert(_ slot: Int, rank: SchedulingPolicy.Rank) {
        heap.append(Entry(rank: rank, slot: slot))
        siftUp(heap.count - 1)
    }

    /// The slot of the sequence whose turn it is.
    package mutating func first() -> Int? {
        while let entry = heap.first {
            guard !removed.isEmpty, removed.remove(entry.rank.arrival) != nil else { return entry.slot }
            removeRoot()
        }
        return nil
    }

    /// Removes and returns what `first` returns.
    package mutating func popFirst() -> Int? {
        guard let slot = first() else { return nil }
        removeRoot()
        return slot
    }

    /// Removes a sequence, which is in the queue.
    package mutating func remove(rank: SchedulingPolicy.Rank) {
        removed.insert(rank.arrival)
        if removed.count > heap.count / 2 { compact() }
    }

    /// Drops what has left the queue.
    private mutating func compact() {
        heap.removeAll { removed.contains($0.rank.arrival) }
        removed.removeAll()
        // A sorted array is a heap.
        heap.sort { $0.rank < $1.rank }
    }

    private mutating func removeRoot() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        siftDown(0)
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index].rank < heap[parent].rank else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in (2 * index + 1)..<(2 * index + 3) where child < heap.count {
                if heap[child].rank < heap[least].rank { least = child }
            }
            guard least != index else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
