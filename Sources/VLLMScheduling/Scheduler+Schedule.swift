// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTypes

extension Scheduler {
    /// Requests that one step passes over at most because another computes their prefix.
    private static let maxNumDeferred = 32

    /// Plans a step, at the time `now`.
    ///
    /// The plan of a scheduler without work may still have `released`. Takes time in proportion to the
    /// running batch and to what is admitted.
    package mutating func schedule(now: ContinuousClock.Instant) -> SchedulerOutput {
        sweep()
        var plan = SchedulerOutput()
        swap(&plan.released, &releases)
        plan.chunks.reserveCapacity(min(config.maxNumSeqs, running.count + waiting.count))
        var budget = config.maxNumBatchedTokens
        let numPreemptions = counters.numPreemptions
        let prefills = scheduleDecodes(&plan, &budget)
        let prefixes = schedulePrefills(prefills, &plan, &budget)
        if counters.numPreemptions == numPreemptions {
            admit(&plan, &budget, computing: prefixes, now: now)
        }
        return plan
    }

    /// Gives every decoding sequence its token, and returns the slots that have a prompt to go on with.
    ///
    /// Whoever is preempted comes after whoever needs the block, so it has no chunk yet.
    private mutating func scheduleDecodes(_ plan: inout SchedulerOutput, _ budget: inout Int) -> [Int] {
        var prefills: [Int] = []
        var index = 0
        while index < running.count {
            let slot = running[index]
            index += 1
            if sequences[slot].numUncomputedTokens > 1 {
                prefills.append(slot)
            } else if let chunk = decode(slot, &plan) {
                plan.chunks.append(chunk)
                budget -= 1
            }
        }
        return prefills
    }

    /// Returns the chunk of a sequence's last token, for whose block others may be preempted; nil where that
    /// took the sequence itself.
    private mutating func decode(_ slot: Int, _ plan: inout SchedulerOutput) -> SchedulerOutput.Chunk? {
        while true {
            if let chunk = sequences[slot].decode(in: &kvCache) { return chunk }
            let victim = running.removeLast()
            preempt(victim, &plan)
            if victim == slot { return nil }
        }
    }

    /// Takes a sequence's blocks and lets it wait; what it computed is found in the prefix cache while it
    /// lasts.
    private mutating func preempt(_ slot: Int, _ plan: inout SchedulerOutput) {
        sequences[slot].free(in: &kvCache)
        sequences[slot].status = .waiting
        sequences[slot].numPreemptions += 1
        waiting.insert(slot, rank: sequences[slot].rank)
        plan.released.append(sequences[slot].request.id)
        counters.numPreemptions += 1
    }

    /// Goes on with prompts that are not all computed, and returns the hashes of the blocks that they come to
    /// next.
    private mutating func schedulePrefills(
        _ slots: [Int], _ plan: inout SchedulerOutput, _ budget: inout Int
    ) -> Set<UInt64> {
        var prefixes: Set<UInt64> = []
        for slot in slots {
            let numTokens = chunkLength(of: sequences[slot].numUncomputedTokens, budget: budget)
            guard numTokens > 0 else { break }
            plan.chunks.append(sequences[slot].chunk(numTokens: numTokens))
            budget -= numTokens
            if let hash = sequences[slot].nextHash(in: kvCache) { prefixes.insert(hash) }
        }
        return prefixes
    }

    /// Admits waiting sequences in rank order while budget, batch and blocks allow it.
    ///
    /// A request whose next block is just being computed by another is passed over: in the next step it
    /// shares that block. So the sequences of one request, or a burst with one system prompt, compute it
    /// once. A static batch takes in all that it ever has at once, whatever the budget: those behind it are computed
    /// in the next steps.
    private mutating func admit(
        _ plan: inout SchedulerOutput, _ budget: inout Int, computing prefixes: Set<UInt64>,
        now: ContinuousClock.Instant
    ) {
        let isStatic = config.batching == .static
        guard !isStatic || running.isEmpty else { return }
        var prefixes = prefixes
        var deferred: [Int] = []
        while isStatic || budget > 0, running.count < config.maxNumSeqs, let slot = waiting.first() {
            let hit = sequences[slot].lookUp(in: kvCache)
            if !isStatic, let hash = hit.missingHash, !prefixes.insert(hash).inserted {
                _ = waiting.popFirst()
                deferred.append(slot)
                guard deferred.count < Self.maxNumDeferred else { break }
                continue
            }
            let numUncomputed = sequences[slot].tokenIDs.count - hit.blockIDs.count * config.blockSize
            let numTokens = chunkLength(of: numUncomputed, budget: budget)
            guard isStatic || numTokens > 0, allocate(slot, sharing: hit) else { break }
            _ = waiting.popFirst()
            begin(slot, numTokens: numTokens, &plan, now: now)
            budget -= numTokens
        }
        for slot in deferred { waiting.insert(slot, rank: sequences[slot].rank) }
        if !plan.newSequences.isEmpty { sortRunning() }
    }

    /// Gives a sequence the blocks that the reservation asks for; false where they are not free.
    private mutating func allocate(_ slot: Int, sharing hit: PrefixHit) -> Bool {
        let numTokens = config.reservation.numTokens(
            having: sequences[slot].tokenIDs.count,
            promptLength: sequences[slot].request.promptTokenIDs.count,
            lengthLimit: sequences[slot].lengthLimit(maximumSequenceLength),
            maximumLength: maximumSequenceLength)
        return sequences[slot].allocate(numTokens, in: &kvCache, sharing: hit)
    }

    /// Enters a sequence that has its blocks into the running batch and the plan.
    private mutating func begin(
        _ slot: Int, numTokens: Int, _ plan: inout SchedulerOutput, now: ContinuousClock.Instant
    ) {
        if sequences[slot].firstScheduled == nil {
            sequences[slot].firstScheduled = now
            sequences[slot].numCachedTokens = sequences[slot].numComputedTokens
            counters.prefixCacheQueries += config.enablePrefixCaching ? sequences[slot].tokenIDs.count : 0
            counters.prefixCacheHits += sequences[slot].numComputedTokens
        }
        sequences[slot].status = .running
        running.append(slot)
        plan.newSequences.append(
            SchedulerOutput.NewSequence(
                request: sequences[slot].request, tokenIDs: sequences[slot].tokenIDs,
                blockIDs: sequences[slot].blockTable.blockIDs))
        if numTokens > 0 { plan.chunks.append(sequences[slot].chunk(numTokens: numTokens)) }
    }

    /// How much of a prompt the step computes; 0 where it must wait.
    private func chunkLength(of numUncomputed: Int, budget: Int) -> Int {
        guard config.enableChunkedPrefill else { return numUncomputed <= budget ? numUncomputed : 0 }
        let threshold = config.longPrefillTokenThreshold
        return min(numUncomputed, budget, threshold > 0 ? threshold : numUncomputed)
    }

    /// Restores the rank order after admissions, which mostly keep it.
    private mutating func sortRunning() {
        func isBefore(_ left: Int, _ right: Int) -> Bool { sequences[left].rank < sequences[right].rank }
        guard !zip(running, running.dropFirst()).allSatisfy(isBefore) else { return }
        running.sort(by: isBefore)
    }
}
