// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTypes

extension Scheduler {
    /// Returns which invariants do not hold, between any two calls; empty where all do.
    ///
    /// Takes time in proportion to the pool and to all tokens.
    package func checkIntegrity() -> [String] {
        var counts = [Int](repeating: 0, count: config.numBlocks)
        var violations: [String] = []
        for slot in sequences.allSlots {
            for block in sequences[slot].blockTable.blockIDs { counts[Int(block)] += 1 }
            violations += self.violations(of: sequences[slot])
        }
        violations += kvCache.pool.violations(expectedReferenceCounts: counts)
        violations += kvCache.cache.violations()
        violations += runningViolations()
        return violations
    }

    /// The batch is in rank order and within its limit, and holds exactly what runs.
    private func runningViolations() -> [String] {
        var violations: [String] = []
        let live = running.filter { sequences[$0].status != .ended }
        if live.count > config.maxNumSeqs { violations.append("\(live.count) sequences run") }
        if live.count + waiting.count != sequences.count {
            violations.append("\(live.count) run and \(waiting.count) wait, of \(sequences.count)")
        }
        for (left, right) in zip(live, live.dropFirst()) where sequences[left].rank >= sequences[right].rank {
            violations.append("\(sequences[left].request.id) is not before \(sequences[right].request.id)")
        }
        let numRunning = sequences.allSlots.count { sequences[$0].status == .running }
        if numRunning != live.count { violations.append("\(live.count) in the batch, \(numRunning) run") }
        return violations
    }

    /// A sequence's blocks hold its computed tokens, and the named ones are what the cache says they are.
    private func violations(of sequence: ScheduledSequence) -> [String] {
        let table = sequence.blockTable
        let numComputed = sequence.numComputedTokens
        var violations: [String] = []
        func check(_ holds: Bool, _ text: String) {
            if !holds { violations.append("sequence \(sequence.request.id): \(text)") }
        }
        if sequence.status == .waiting {
            check(table.blockIDs.isEmpty && numComputed == 0, "waits with \(table.blockIDs.count) blocks")
            return violations
        }
        check(numComputed < sequence.tokenIDs.count, "has nothing to compute")
        check(sequence.tokenIDs.count < maximumSequenceLength, "should have ended")
        check(table.blockIDs.count * config.blockSize >= numComputed, "has tokens without blocks")
        check(table.numNamed * config.blockSize <= numComputed, "published what is not computed")
        check(Set(table.blockIDs).count == table.blockIDs.count, "has a block twice")
        for (index, block) in table.blockIDs.enumerated() where kvCache.isCached(block) {
            check(index < table.numNamed, "block \(block) is cached and not computed")
            let start = index * config.blockSize
            let expected = sequence.tokenIDs[start..<min(start + config.blockSize, sequence.tokenIDs.count)]
            check(kvCache.cache.tokenIDs(of: block) == expected, "block \(block) holds other tokens")
        }
        return violations
    }
}
