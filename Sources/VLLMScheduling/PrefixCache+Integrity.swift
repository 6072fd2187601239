// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension PrefixCache {
    /// The tokens of a cached block.
    func tokenIDs(of block: Int32) -> ArraySlice<Int32> {
        tokenIDs[Int(block) * blockSize..<(Int(block) + 1) * blockSize]
    }

    /// Returns what is wrong; empty where all is well.
    package func violations() -> [String] {
        var violations: [String] = []
        var isReachable = [Bool](repeating: false, count: entries.count)
        for (bucket, first) in buckets.enumerated() {
            var block = first
            var length = 0
            while block >= 0, length <= Self.maxBucketLength {
                isReachable[Int(block)] = true
                if self.bucket(of: entries[Int(block)].hash) != bucket {
                    violations.append("block \(block) is in the bucket \(bucket), which is not its own")
                }
                length += 1
                block = entries[Int(block)].next
            }
            if length > Self.maxBucketLength { violations.append("bucket \(bucket) is too long") }
        }
        for block in entries.indices where isReachable[block] != contains(Int32(block)) {
            violations.append("block \(block) is reachable: \(isReachable[block])")
        }
        return violations + keyViolations()
    }

    /// Contents and keys are unique, hashes those of the keys, and salts only where there are first blocks.
    private func keyViolations() -> [String] {
        var violations: [String] = []
        var contents: Set<Content> = []
        var keys: Set<[UInt64]> = []
        let cached = entries.indices.filter { contains(Int32($0)) }
        for block in cached {
            let entry = entries[block]
            let salt = salts[Int32(block)]
            let span = tokenIDs.span.extracting(block * blockSize..<(block + 1) * blockSize)
            let key = PrefixKey(parent: entry.parent, tokenIDs: span, salt: salt)
            if key.hash != entry.hash { violations.append("block \(block) has a wrong hash") }
            if !contents.insert(entry.content).inserted {
                violations.append("content \(entry.content) is there twice")
            }
            let identity = [entry.parent] + tokenIDs(of: Int32(block)).map { UInt64(bitPattern: Int64($0)) }
            if !keys.insert(identity + (salt.map { $0.utf8.map { UInt64($0) } } ?? [.max])).inserted {
                violations.append("the key of block \(block) is there twice")
            }
        }
        if cached.count != count { violations.append("\(cached.count) blocks are cached, not \(count)") }
        for block in salts.keys where entries[Int(block)].parent != root {
            violations.append("block \(block) has a salt and is not a first block")
        }
        return violations
    }
}
