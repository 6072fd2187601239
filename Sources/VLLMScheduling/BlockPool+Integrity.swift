// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension BlockPool {
    /// The free blocks in the order of reuse.
    package var freeBlocks: [Int32] {
        var blocks: [Int32] = []
        var block = nodes[numBlocks].next
        // The bound ends the walk where the ring is broken.
        while Int(block) != numBlocks, blocks.count <= numBlocks {
            blocks.append(block)
            block = nodes[Int(block)].next
        }
        return blocks
    }

    /// Returns what is wrong, given how many tables hold each block; empty where all is well.
    package func violations(expectedReferenceCounts: [Int]) -> [String] {
        var violations: [String] = []
        let free = freeBlocks
        if free.count != numFree {
            violations.append("\(free.count) blocks in the free list, not \(numFree)")
        }
        var isFree = [Bool](repeating: false, count: numBlocks)
        for block in free.prefix(numBlocks) where Int(block) < numBlocks { isFree[Int(block)] = true }
        for block in 0..<numBlocks {
            let count = Int(nodes[block].referenceCount)
            if count != expectedReferenceCounts[block] {
                violations.append(
                    "block \(block) has \(count) references, not \(expectedReferenceCounts[block])")
            }
            if isFree[block] != (count == 0) {
                violations.append(
                    "block \(block) has \(count) references; in the free list: \(isFree[block])")
            }
        }
        for (block, node) in nodes.enumerated() where node.referenceCount == 0 {
            if nodes[Int(node.next)].previous != Int32(block) {
                violations.append("block \(block) and its successor \(node.next) disagree")
            }
        }
        return violations
    }
}
