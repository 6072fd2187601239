// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMScheduling
import VLLMTypes

@Suite("Scheduler simulation")
struct SchedulerSimulationTests {
    /// One walk of random operations.
    struct Walk: Sendable, CustomTestStringConvertible {
        var seed: UInt64
        var config: SchedulerConfig

        /// Every walk has its own pool, budget, batch and policy, from tight to roomy.
        init(seed: UInt64) {
            var generator = SplitMix64(seed: seed)
            func pick(_ values: [Int]) -> Int { values[Int.random(in: 0..<values.count, using: &generator)] }
            let blockSize = pick([1, 2, 3, 4, 16])
            let numSlots = pick([8, 16, 24, 40, 64, 128, 400])
            let chunked = !generator.oneIn(4)
            let maxNumSeqs = pick([1, 2, 3, 5, 8, 16])
            let maxModelLen = pick([12, 24, 48])
            let budget = chunked ? maxNumSeqs + pick([0, 1, 3, 8, 64]) : max(maxNumSeqs, maxModelLen)
            self.seed = seed
            config = makeConfig(
                maxNumSeqs: maxNumSeqs, maxNumBatchedTokens: budget, maxModelLen: maxModelLen,
                blockSize: blockSize, numBlocks: max(2, numSlots / blockSize),
                caching: !generator.oneIn(4), chunked: chunked,
                policy: generator.oneIn(3) ? .priority : .fcfs, threshold: pick([0, 0, 1, 5]))
        }

        var testDescription: String { "seed \(seed)" }
    }

    /// A request whose prompt is likely to begin like another's, and to end at a block's edge now and then.
    private func randomRequest(
        _ id: UInt64, maximumLength: Int, using generator: inout SplitMix64
    ) -> EngineRequest {
        let document = Int32.random(in: 0..<3, using: &generator)
        let length = Int.random(in: 1..<maximumLength, using: &generator)
        let shared = Int.random(in: 0...length, using: &generator)
        let prompt = (0..<Int32(length)).map { position in
            position < shared ? (position * 7 + document) % 29 : Int32.random(in: 0..<29, using: &generator)
        }
        var params = SamplingParams(maxTokens: Int.random(in: 1...20, using: &generator))
        if generator.oneIn(3) { params.maxTokens = nil }
        if generator.oneIn(3) { params.stopTokenIDs = [3, 4] }
        if generator.oneIn(4) {
            params.minTokens = Int.random(in: 1...(params.maxTokens ?? 9), using: &generator)
        }
        if generator.oneIn(8) { params.promptLogprobs = 0 }
        params.ignoreEOS = generator.oneIn(3)
        return makeRequest(
            id, prompt: prompt, params: params, eos: [0], priority: Int.random(in: 0..<3, using: &generator),
            salt: generator.oneIn(5) ? "salt" : nil)
    }

    @Test(
        "whatever the pool, the budget and the preemptions, every output is that of the request alone",
        arguments: (0..<60).map { Walk(seed: $0) })
    func random(walk: Walk) throws {
        var generator = SplitMix64(seed: walk.seed ^ 0xabcd)
        var simulation = try Simulation(walk.config)
        var nextID: UInt64 = 0
        for step in 0..<300 {
            // Bursts, then pauses in which the scheduler may run dry.
            let numNew = step % 100 < 60 && generator.oneIn(3) ? Int.random(in: 1...4, using: &generator) : 0
            for _ in 0..<numNew {
                simulation.add(
                    randomRequest(
                        nextID, maximumLength: simulation.scheduler.maximumSequenceLength, using: &generator))
                nextID += 1
            }
            if generator.oneIn(15), let id = pick(simulation.unfinished, &generator) { simulation.abort(id) }
            if generator.oneIn(100) {
                simulation.scheduler.resetPrefixCache()
                simulation.checkIntegrity()
            }
            let aborting = generator.oneIn(30) ? pick(simulation.unfinished, &generator) : nil
            let failing = generator.oneIn(50) ? pick(simulation.unfinished, &generator) : nil
            simulation.step(aborting: aborting.map { [$0] } ?? [], failing: failing.map { [$0] } ?? [])
        }
        simulation.drain()
    }

    /// Sets have no order that a seed repeats.
    private func pick(_ ids: Set<SequenceID>, _ generator: inout SplitMix64) -> SequenceID? {
        ids.sorted { $0.rawValue < $1.rawValue }.randomElement(using: &generator)
    }

    @Test(
        "first come, first served: the oldest request computes something in every step", arguments: 100..<120)
    func fairness(seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(seed))
        var config = Walk(seed: UInt64(seed)).config
        config.policy = .fcfs
        config.enablePrefixCaching = false
        var simulation = try Simulation(config)
        let maximumLength = simulation.scheduler.maximumSequenceLength
        for id in 0..<30 {
            simulation.add(randomRequest(UInt64(id), maximumLength: maximumLength, using: &generator))
        }
        while let oldest = simulation.unfinished.min(by: { $0.rawValue < $1.rawValue }) {
            #expect(simulation.step().chunks.contains { $0.id == oldest })
        }
        simulation.drain()
    }

    @Test("every sequence that decodes gets a token in every step in which nobody is preempted")
    func decodesAreNotStalled() throws {
        var simulation = try Simulation(makeConfig(maxNumSeqs: 4, maxNumBatchedTokens: 5, policy: .priority))
        for id in 0..<40 {
            let length = id % 4 == 0 ? 40 : 3
            simulation.add(
                makeRequest(
                    UInt64(id), length: length, first: Int32(id * 50), maxTokens: 20, priority: id % 3))
        }
        var decoding: Set<SequenceID> = []
        while simulation.scheduler.hasUnfinishedRequests {
            let plan = simulation.step()
            #expect(decoding.isSubset(of: Set(plan.chunks.map(\.id))))
            decoding = Set(simulation.outputs.filter { $0.finishReason == nil }.map(\.id))
        }
        simulation.drain()
        #expect(simulation.scheduler.statistics.numPreemptions == 0)
    }

    @Test("the walks meet preemptions, cache hits and evictions")
    func coverage() throws {
        var generator = SplitMix64(seed: 5)
        var simulation = try Simulation(makeConfig(maxNumSeqs: 6, maxNumBatchedTokens: 16, numBlocks: 12))
        for id in 0..<200 {
            simulation.add(randomRequest(UInt64(id), maximumLength: 30, using: &generator))
        }
        simulation.drain()
        let statistics = simulation.scheduler.statistics
        #expect(statistics.numPreemptions > 50)
        #expect(statistics.prefixCacheHits > 200)
    }
}
