// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Finds the block that holds the keys and values of given tokens after a given prefix.
///
/// A content number names a cached block's whole prefix: it is drawn once and never again, so a block whose
/// key holds its parent's number stands for exactly those tokens after exactly that prefix. The hash only
/// finds the candidates: parent, tokens and salt are compared. Everything is sized at the start.
package struct PrefixCache: Sendable {
    /// Names a prefix of whole blocks, back to the root.
    package typealias Content = UInt64

    /// What is known of one block.
    struct Entry: Sendable {
        /// 0 while the block is not cached.
        var content: Content = 0
        var parent: Content = 0
        var hash: UInt64 = 0
        /// The next block of the bucket, or −1.
        var next: Int32 = -1
    }

    /// Blocks in one bucket at most, so that chosen collisions cost a bounded time; the table is at most half
    /// full, so chance never comes near.
    static let maxBucketLength = 16

    let blockSize: Int
    /// One a block.
    var entries: [Entry]
    /// The tokens of each cached block: `[numBlocks, blockSize]`.
    var tokenIDs: [Int32]
    /// The salts of cached first blocks.
    var salts: [Int32: String] = [:]
    /// The first block of each bucket, or −1; a power of two of them.
    var buckets: [Int32]
    /// Cached blocks.
    package private(set) var count = 0
    /// The content of the empty prefix.
    package private(set) var root: Content = 1
    private var lastContent: Content = 1

    /// Creates an empty cache for a pool.
    package init(numBlocks: Int, blockSize: Int) {
        self.blockSize = blockSize
        entries = Array(repeating: Entry(), count: numBlocks)
        tokenIDs = Array(repeating: 0, count: numBlocks * blockSize)
        var numBuckets = 2
        while numBuckets < 2 * numBlocks { numBuckets *= 2 }
        buckets = Array(repeating: -1, count: numBuckets)
    }

    /// True where the block's content can be found.
    package func contains(_ block: Int32) -> Bool { entries[Int(block)].content != 0 }

    /// The prefix that ends with the block; 0 where it is not cached.
    package func content(of block: Int32) -> Content { entries[Int(block)].content }

    /// Returns the block that holds a key, whose hash is given.
    package func find(_ key: borrowing PrefixKey, hash: UInt64) -> Int32? {
        var block = buckets[bucket(of: hash)]
        while block >= 0 {
            if matches(block, key, hash) { return block }
            block = entries[Int(block)].next
        }
        return nil
    }

    /// Makes a computed block findable, and returns the content that now stands for the key.
    ///
    /// A block that was there first stays the only one. Nil where the bucket is full: the block is not
    /// cached.
    package mutating func insert(_ block: Int32, _ key: borrowing PrefixKey) -> Content? {
        precondition(!contains(block), "block \(block) is cached already")
        let hash = key.hash
        let bucket = bucket(of: hash)
        var length = 0
        var other = buckets[bucket]
        while other >= 0 {
            if matches(other, key, hash) { return entries[Int(other)].content }
            length += 1
            other = entries[Int(other)].next
        }
        guard length < Self.maxBucketLength else { return nil }
        lastContent += 1
        entries[Int(block)] = Entry(
            content: lastContent, parent: key.parent, hash: hash, next: buckets[bucket])
        buckets[bucket] = block
        for index in 0..<blockSize { tokenIDs[Int(block) * blockSize + index] = key.tokenIDs[index] }
        if let salt = key.salt { salts[block] = salt }
        count += 1
        return lastContent
    }

    /// Forgets a block, which is about to be overwritten; does nothing where it is not cached.
    package mutating func remove(_ block: Int32) {
        guard contains(block) else { return }
        let entry = entries[Int(block)]
        let bucket = bucket(of: entry.hash)
        if buckets[bucket] == block {
            buckets[bucket] = entry.next
        } else {
            var previous = Int(buckets[bucket])
            while entries[previous].next != block { previous = Int(entries[previous].next) }
            entries[previous].next = entry.next
        }
        entries[Int(block)] = Entry()
        if entry.parent == root { salts[block] = nil }
        count -= 1
    }

    /// Forgets everything, and changes the root, so that nothing begun before can be found after.
    package mutating func removeAll() {
        for block in entries.indices { entries[block] = Entry() }
        for bucket in buckets.indices { buckets[bucket] = -1 }
        salts.removeAll()
        lastContent += 1
        root = lastContent
        count = 0
    }

    func bucket(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash & UInt64(buckets.count - 1)) }

    private func matches(_ block: Int32, _ key: borrowing PrefixKey, _ hash: UInt64) -> Bool {
        let entry = entries[Int(block)]
        guard entry.hash == hash, entry.parent == key.parent else { return false }
        let start = Int(block) * blockSize
        for index in 0..<blockSize where tokenIDs[start + index] != key.tokenIDs[index] { return false }
        // Blocks after the first have the salt through their parent.
        return entry.parent != root || salts[block] == key.salt
    }
}
