// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Lays out a `PrefixTrie` level by level.
struct PrefixTrieBuilder {
    /// How many blocks with free places are looked through for a node's children.
    private static let openBlocks = 12

    /// A node whose children are to be placed: the keys below it, and how long its own text is.
    private struct Task {
        var node: UInt32
        var keys: Range<Int>
        var depth: Int
    }

    private let bytes: [UInt8]
    private var keys: [(range: Range<Int>, value: Int32)]
    private var units: [PrefixTrie.Unit] = []
    /// The blocks that may have room, the newest last.
    private var open: [Int] = []
    /// The number of free places of each block.
    private var free: [Int] = []

    init(_ bytes: [UInt8], _ entries: [(range: Range<Int>, value: Int32)]) {
        self.bytes = bytes
        keys = []
        // Eight bytes decide most comparisons.
        var order = entries.indices.filter { !entries[$0].range.isEmpty }.map { index in
            (head: Self.head(bytes, entries[index].range), index: index)
        }
        order.sort { a, b in
            if a.head != b.head { return a.head < b.head }
            let left = bytes[entries[a.index].range]
            let right = bytes[entries[b.index].range]
            if left.lexicographicallyPrecedes(right) { return true }
            return left.elementsEqual(right) && a.index < b.index
        }
        for (place, entry) in order.enumerated() {
            if place + 1 < order.count {
                let next = order[place + 1]
                // Of equal keys the last one is kept.
                if next.head == entry.head,
                    bytes[entries[next.index].range].elementsEqual(bytes[entries[entry.index].range])
                {
                    continue
                }
            }
            keys.append(entries[entry.index])
        }
    }

    /// The first eight bytes as a number that compares as they do.
    private static func head(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64 {
        var value: UInt64 = 0
        for offset in 0..<8 {
            value = value << 8 | (offset < range.count ? UInt64(bytes[range.lowerBound + offset]) : 0)
        }
        return value
    }

    /// Places all nodes.
    mutating func build() -> [PrefixTrie.Unit] {
        addBlock()
        take(0, parent: PrefixTrie.none - 1)
        var tasks = [Task(node: PrefixTrie.root, keys: 0..<keys.count, depth: 0)]
        var next = 0
        var labels: [UInt8] = []
        var starts: [Int] = []
        while next < tasks.count {
            let task = tasks[next]
            next += 1
            var first = task.keys.lowerBound
            if first < task.keys.upperBound, keys[first].range.count == task.depth {
                units[Int(task.node)].value = keys[first].value
                first += 1
            }
            guard first < task.keys.upperBound else { continue }
            labels.removeAll(keepingCapacity: true)
            starts.removeAll(keepingCapacity: true)
            for key in first..<task.keys.upperBound {
                let byte = bytes[keys[key].range.lowerBound + task.depth]
                if labels.last != byte {
                    labels.append(byte)
                    starts.append(key)
                }
            }
            let base = place(labels)
            units[Int(task.node)].base = base
            starts.append(task.keys.upperBound)
            for (index, label) in labels.enumerated() {
                let child = base ^ UInt32(label)
                take(Int(child), parent: task.node)
                let below = starts[index]..<starts[index + 1]
                tasks.append(Task(node: child, keys: below, depth: task.depth + 1))
            }
            // Tasks that are done need no memory.
            if next > 1 << 16, next > tasks.count / 2 {
                tasks.removeFirst(next)
                next = 0
            }
        }
        return units
    }

    private mutating func addBlock() {
        open.append(free.count)
        if open.count > Self.openBlocks { open.removeFirst() }
        free.append(256)
        units.append(contentsOf: repeatElement(PrefixTrie.Unit(), count: 256))
    }

    private mutating func take(_ place: Int, parent: UInt32) {
        units[place].parent = parent
        free[place >> 8] -= 1
        if free[place >> 8] == 0 { open.removeAll { $0 == place >> 8 } }
    }

    /// Finds a base from which all labels lead to free places.
    private mutating func place(_ labels: [UInt8]) -> UInt32 {
        for block in open.reversed() where free[block] >= labels.count {
            if let base = base(for: labels, in: block) { return base }
        }
        addBlock()
        return UInt32((free.count - 1) << 8)
    }

    private func base(for labels: [UInt8], in block: Int) -> UInt32? {
        let start = UInt32(block << 8)
        for place in UInt32(0)..<256 where units[Int(start | place)].parent == PrefixTrie.none {
            let base = start | place ^ UInt32(labels[0])
            if labels.allSatisfy({ units[Int(base ^ UInt32($0))].parent == PrefixTrie.none }) { return base }
        }
        return nil
    }
}
