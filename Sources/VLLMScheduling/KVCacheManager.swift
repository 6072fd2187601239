// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTypes

/// Gives sequences the blocks of the KV cache: finds cached prefixes, allocates, shares, publishes, evicts.
///
/// Eviction is lazy: a block that nobody holds keeps its content until it is allocated again.
package struct KVCacheManager: Sendable {
    /// Tokens a block.
    package let blockSize: Int
    /// Whether prefixes are shared.
    package let enablePrefixCaching: Bool
    /// Who holds which block.
    package internal(set) var pool: BlockPool
    /// Which block holds what.
    package internal(set) var cache: PrefixCache
    /// Makes the policy that chooses what is given up, and the policy; nil for the order of use.
    private let makePolicy: (@Sendable () -> any KVEvictionPolicy)?
    private var policy: (any KVEvictionPolicy)?
    /// How often each block was found since it was computed; counted for a policy alone.
    private var numHits: [Int]

    /// Creates a manager of free blocks.
    ///
    /// - Parameter makePolicy: makes what chooses the cached blocks that are given up; nil takes the least recently
    ///   used.
    package init(
        numBlocks: Int, blockSize: Int, enablePrefixCaching: Bool,
        makePolicy: (@Sendable () -> any KVEvictionPolicy)? = nil
    ) {
        self.makePolicy = enablePrefixCaching ? makePolicy : nil
        policy = self.makePolicy?()
        numHits = policy == nil ? [] : Array(repeating: 0, count: numBlocks)
        self.blockSize = blockSize
        self.enablePrefixCaching = enablePrefixCaching
        pool = BlockPool(numBlocks: numBlocks)
        cache = PrefixCache(numBlocks: enablePrefixCaching ? numBlocks : 0, blockSize: blockSize)
    }

    /// Returns the longest cached prefix in whole blocks that leaves at least one token to compute.
    package func lookUp(_ tokenIDs: Span<Int32>, salt: String?) -> PrefixHit {
        var hit = PrefixHit(content: cache.root)
        guard enablePrefixCaching else { return hit }
        for index in 0..<(tokenIDs.count - 1) / blockSize {
            let key = key(ofBlock: index, of: tokenIDs, parent: hit.content, salt: salt)
            let hash = key.hash
            guard let block = cache.find(key, hash: hash) else {
                hit.missingHash = hash
                break
            }
            hit.blockIDs.append(block)
            hit.content = cache.content(of: block)
        }
        return hit
    }

    /// The result of a lookup that was not made.
    package var noHit: PrefixHit { PrefixHit(content: cache.root) }

    /// Fills an empty table: shares the blocks of the hit and allocates the rest; false, and nothing done,
    /// where they do not fit.
    package mutating func allocate(
        _ table: inout BlockTable, numTokens: Int, sharing hit: PrefixHit
    ) -> Bool {
        precondition(table.blockIDs.isEmpty, "a table of \(table.blockIDs.count) blocks is allocated again")
        let numNew = numBlocks(for: numTokens) - hit.blockIDs.count
        // Blocks of the hit that nobody holds are counted as free, and are about not to be.
        let numRevived = hit.blockIDs.count { pool.referenceCount(of: $0) == 0 }
        guard numNew + numRevived <= pool.numFree else { return false }
        for block in hit.blockIDs { hold(block) }
        table.blockIDs = hit.blockIDs
        table.blockIDs.reserveCapacity(hit.blockIDs.count + numNew)
        table.numNamed = hit.blockIDs.count
        table.content = hit.content
        table.root = cache.root
        appendBlocks(numNew, to: &table)
        return true
    }

    /// Makes a table hold so many tokens, and returns the blocks it got; nil, and nothing done, where they do
    /// not fit.
    package mutating func grow(_ table: inout BlockTable, numTokens: Int) -> IDList? {
        let numNew = numBlocks(for: numTokens) - table.blockIDs.count
        guard numNew > 0 else { return IDList() }
        guard numNew <= pool.numFree else { return nil }
        appendBlocks(numNew, to: &table)
        return IDList(table.blockIDs.suffix(numNew))
    }

    /// Lets others find the full blocks whose keys and values have been computed, `numComputedTokens` in all.
    ///
    /// The first sequence that publishes a prefix wins: another's equal block stays its own.
    package mutating func publish(
        _ table: inout BlockTable, tokenIDs: Span<Int32>, salt: String?, numComputedTokens: Int
    ) {
        guard enablePrefixCaching, table.root == cache.root else { return }
        while (table.numNamed + 1) * blockSize <= numComputedTokens, let parent = table.content {
            let key = key(ofBlock: table.numNamed, of: tokenIDs, parent: parent, salt: salt)
            table.content = cache.insert(table.blockIDs[table.numNamed], key)
            if table.content != nil { table.numNamed += 1 }
        }
    }

    /// Gives back all blocks of a table: the cached ones last in line for reuse, of these the tail first.
    package mutating func free(_ table: inout BlockTable) {
        for depth in table.blockIDs.indices.reversed() {
            let block = table.blockIDs[depth]
            pool.release(block, isCached: isCached(block))
            guard policy != nil, isCached(block), pool.referenceCount(of: block) == 0 else { continue }
            policy?.insert(CachedBlock(block: block, depth: depth, numHits: numHits[Int(block)]))
        }
        table = BlockTable()
    }

    /// Forgets all cached prefixes; tables keep their blocks and publish no more.
    package mutating func resetPrefixCache() {
        cache.removeAll()
        policy = makePolicy?()
    }

    /// True where a block's content can be found.
    package func isCached(_ block: Int32) -> Bool { enablePrefixCaching && cache.contains(block) }

    /// The hash under which a table's next block will be published; nil where it will not be looked for.
    package func nextHash(_ table: BlockTable, tokenIDs: Span<Int32>, salt: String?) -> UInt64? {
        guard enablePrefixCaching, table.root == cache.root, let parent = table.content,
            (table.numNamed + 1) * blockSize < tokenIDs.count
        else { return nil }
        return key(ofBlock: table.numNamed, of: tokenIDs, parent: parent, salt: salt).hash
    }

    private func numBlocks(for numTokens: Int) -> Int { (numTokens + blockSize - 1) / blockSize }

    private mutating func appendBlocks(_ count: Int, to table: inout BlockTable) {
        for _ in 0..<count {
            guard let block = takeBlock() else { preconditionFailure("\(count) blocks were promised") }
            if enablePrefixCaching { cache.remove(block) }
            if policy != nil { numHits[Int(block)] = 0 }
            table.blockIDs.append(block)
        }
    }

    /// Adds a holder to a block that a prompt found.
    private mutating func hold(_ block: Int32) {
        if policy != nil {
            if pool.referenceCount(of: block) == 0 { policy?.remove(block) }
            numHits[Int(block)] += 1
        }
        pool.retain(block)
    }

    /// Takes a free block: one without content while there is one, else what the policy gives up.
    private mutating func takeBlock() -> Int32? {
        guard policy != nil, let next = pool.nextFree, isCached(next) else { return pool.allocate() }
        // A policy comes from outside: what it names must be a candidate.
        var block = next
        if let victim = policy?.victim(), pool.isFree(victim), isCached(victim) { block = victim }
        policy?.remove(block)
        pool.retain(block)
        return block
    }

    @_lifetime(copy tokenIDs)
    private func key(
        ofBlock index: Int, of tokenIDs: Span<Int32>, parent: PrefixCache.Content, salt: String?
    ) -> PrefixKey {
        let tokenIDs = tokenIDs.extracting(index * blockSize..<(index + 1) * blockSize)
        return PrefixKey(parent: parent, tokenIDs: tokenIDs, salt: index == 0 ? salt : nil)
    }
}
