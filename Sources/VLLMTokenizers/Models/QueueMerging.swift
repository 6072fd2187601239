// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Merges the symbols of a long word in n log n with a binary heap of pairs.
enum QueueMerging {
    /// Merges the symbols in `scratch` and appends the ids that remain.
    static func merge(
        _ scratch: inout EncoderScratch, _ table: MergeTable, recording recorded: Set<Int32>,
        into ids: inout [Int32]
    ) {
        let count = scratch.symbols.count
        scratch.previous = (0..<Int32(count)).map { $0 - 1 }
        scratch.next = (0..<Int32(count)).map { $0 + 1 }
        scratch.queue.removeAll(keepingCapacity: true)
        scratch.splits.removeAll(keepingCapacity: true)
        for index in 0..<count {
            let pair =
                index + 1 < count
                ? find(scratch.symbols[index], scratch.symbols[index + 1], &scratch, table, recorded)
                : MergeTable.none
            scratch.pairs[index] = pair
            if pair != MergeTable.none { scratch.queue.append((pair >> 32) << 32 | UInt64(index)) }
        }
        heapify(&scratch.queue)
        while let entry = pop(&scratch.queue) {
            let at = Int(entry & 0xFFFF_FFFF)
            let pair = scratch.pairs[at]
            // The entry is stale if the pair at its place has changed since.
            guard pair != MergeTable.none, pair >> 32 == entry >> 32 else { continue }
            join(at, UInt32(truncatingIfNeeded: pair), &scratch, table, recorded)
        }
        var index = 0
        while index < count {
            ids.append(Int32(bitPattern: scratch.symbols[index]))
            index = Int(scratch.next[index])
        }
    }

    /// Merges the symbol at a place with the next one and looks up the two new pairs.
    private static func join(
        _ at: Int, _ merged: UInt32, _ scratch: inout EncoderScratch, _ table: MergeTable,
        _ recorded: Set<Int32>
    ) {
        let count = scratch.symbols.count
        let removed = Int(scratch.next[at])
        let after = Int(scratch.next[removed])
        scratch.symbols[at] = merged
        scratch.next[at] = Int32(after)
        scratch.pairs[removed] = MergeTable.none
        let before = Int(scratch.previous[at])
        if before >= 0 {
            scratch.pairs[before] = find(scratch.symbols[before], merged, &scratch, table, recorded)
            push(before, &scratch)
        }
        if after < count {
            scratch.previous[after] = Int32(at)
            scratch.pairs[at] = find(merged, scratch.symbols[after], &scratch, table, recorded)
            push(at, &scratch)
        } else {
            scratch.pairs[at] = MergeTable.none
        }
    }

    /// Looks a pair up, and takes it down if it makes a token that is recorded.
    @inline(__always)
    private static func find(
        _ left: UInt32, _ right: UInt32, _ scratch: inout EncoderScratch, _ table: MergeTable,
        _ recorded: Set<Int32>
    ) -> UInt64 {
        let pair = table.find(left, right)
        if !recorded.isEmpty, pair != MergeTable.none, recorded.contains(Int32(truncatingIfNeeded: pair)) {
            scratch.splits[UInt32(truncatingIfNeeded: pair)] = (left, right)
        }
        return pair
    }

    private static func push(_ at: Int, _ scratch: inout EncoderScratch) {
        let pair = scratch.pairs[at]
        guard pair != MergeTable.none else { return }
        let entry = (pair >> 32) << 32 | UInt64(at)
        scratch.queue.append(entry)
        var child = scratch.queue.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if scratch.queue[parent] <= entry { break }
            scratch.queue[child] = scratch.queue[parent]
            child = parent
        }
        scratch.queue[child] = entry
    }

    private static func pop(_ queue: inout [UInt64]) -> UInt64? {
        guard let last = queue.popLast() else { return nil }
        guard let top = queue.first else { return last }
        sift(last, from: 0, &queue)
        return top
    }

    private static func heapify(_ queue: inout [UInt64]) {
        for index in stride(from: queue.count / 2 - 1, through: 0, by: -1) {
            sift(queue[index], from: index, &queue)
        }
    }

    /// Puts an entry where a hole is, or below.
    private static func sift(_ entry: UInt64, from start: Int, _ queue: inout [UInt64]) {
        var hole = start
        while true {
            var child = 2 * hole + 1
            guard child < queue.count else { break }
            if child + 1 < queue.count, queue[child + 1] < queue[child] { child += 1 }
            if entry <= queue[child] { break }
            queue[hole] = queue[child]
            hole = child
        }
        queue[hole] = entry
    }
}
