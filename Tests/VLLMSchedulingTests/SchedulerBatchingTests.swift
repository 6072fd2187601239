// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMScheduling
import VLLMTypes

/// The ways of batching that paging and continuous batching are measured against.
@Suite("Scheduler batching modes")
struct SchedulerBatchingTests {
    private func config(
        _ batching: BatchingMode = .continuous, _ reservation: KVReservation = .paged, maxNumSeqs: Int = 8,
        maxNumBatchedTokens: Int = 64, maxModelLen: Int = 64, numBlocks: Int = 64, caching: Bool = false
    ) -> SchedulerConfig {
        var config = makeConfig(
            maxNumSeqs: maxNumSeqs, maxNumBatchedTokens: maxNumBatchedTokens, maxModelLen: maxModelLen,
            numBlocks: numBlocks, caching: caching)
        config.batching = batching
        config.reservation = reservation
        return config
    }

    @Test(
        "a static batch takes all that wait, also those that its first step has no room for, and nobody later"
    )
    func staticBatch() throws {
        var simulation = try Simulation(config(.static, maxNumSeqs: 3, maxNumBatchedTokens: 8))
        simulation.add(makeRequest(1, length: 6, first: 0, maxTokens: 5))
        simulation.add(makeRequest(2, length: 5, first: 20, maxTokens: 1))
        simulation.add(makeRequest(3, length: 4, first: 40, maxTokens: 2))
        simulation.add(makeRequest(4, length: 2, first: 60, maxTokens: 2))
        let first = simulation.step()
        #expect(first.newSequences.map(\.request.id.rawValue) == [1, 2, 3])
        #expect(first.summary == [[1, 0, 6], [2, 0, 2]], "3 has blocks and waits for its turn")
        simulation.add(makeRequest(5, length: 2, first: 80, maxTokens: 2))
        #expect(simulation.step().summary == [[1, 6, 1], [2, 2, 3], [3, 0, 4]])
        // 2 has ended, and there are places and blocks for 4 and 5.
        #expect(simulation.step().summary == [[1, 7, 1], [3, 4, 1]])
        #expect(simulation.step().summary == [[1, 8, 1]])
        #expect(simulation.step().summary == [[1, 9, 1]])
        #expect(simulation.step().summary == [[4, 0, 2], [5, 0, 2]], "the next batch")
        simulation.drain()
    }

    @Test("a batch whose sequences are all aborted makes room for the next")
    func abortedBatch() throws {
        var simulation = try Simulation(config(.static, maxNumSeqs: 1))
        simulation.add(makeRequest(1))
        simulation.add(makeRequest(2))
        simulation.step()
        simulation.abort(SequenceID(1))
        #expect(simulation.step().summary == [[2, 0, 4]])
        simulation.drain()
    }

    @Test("a reservation is what its name says, and never more than the longest sequence")
    func reservations() {
        func reserved(_ reservation: KVReservation, _ lengthLimit: Int) -> Int {
            reservation.numTokens(having: 10, promptLength: 10, lengthLimit: lengthLimit, maximumLength: 64)
        }
        #expect(KVReservation.allCases.map { reserved($0, 35) } == [11, 35, 42, 64])
        #expect(KVReservation.allCases.map { reserved($0, 11) } == [11, 11, 11, 64])
        #expect(reserved(.powerOfTwo, 26) == 26 && reserved(.powerOfTwo, 27) == 42)
        #expect(reserved(.powerOfTwo, 60) == 64)
    }

    @Test(
        "who reserves is never preempted, where paging preempts",
        arguments: [KVReservation.oracle, .powerOfTwo, .maximum])
    func reservationsHold(_ reservation: KVReservation) throws {
        func numPreemptions(_ reservation: KVReservation) throws -> Int {
            var simulation = try Simulation(config(.continuous, reservation, maxModelLen: 24, numBlocks: 9))
            for id in 1...6 {
                simulation.add(makeRequest(UInt64(id), length: 5, first: Int32(id), maxTokens: 15))
            }
            simulation.drain()
            return simulation.scheduler.statistics.numPreemptions
        }
        #expect(try numPreemptions(.paged) > 0)
        #expect(try numPreemptions(reservation) == 0)
    }

    @Test("occupancy tells filled slots, those to come and those that nothing comes to")
    func occupancy() throws {
        // Prompt of 6, 3 to generate: 8 tokens are computed. Blocks of 4, at most 32 tokens.
        func steps(_ reservation: KVReservation) throws -> [[Int]] {
            var scheduler = try Scheduler(config: config(.continuous, reservation, maxModelLen: 32))
            scheduler.add(makeRequest(1, length: 6, maxTokens: 3))
            return (0..<3).map { _ in
                let plan = scheduler.schedule(now: .now)
                let occupancy = scheduler.occupancy(with: plan)
                let result = ModelRunnerOutput.Result(id: SequenceID(1), sampledTokenIDs: [7])
                _ = scheduler.update(ModelRunnerOutput(results: [result]), for: plan)
                return [
                    occupancy.numHeld, occupancy.numFilled, occupancy.numReserved, occupancy.numFragmented,
                ]
            }
        }
        #expect(try steps(.paged) == [[8, 6, 2, 0], [8, 7, 1, 0], [8, 8, 0, 0]])
        // 9 tokens take three blocks; the last token is never computed.
        #expect(try steps(.oracle) == [[12, 6, 2, 4], [12, 7, 1, 4], [12, 8, 0, 4]])
        // 6 + 4 tokens.
        #expect(try steps(.powerOfTwo) == [[12, 6, 2, 4], [12, 7, 1, 4], [12, 8, 0, 4]])
        #expect(try steps(.maximum) == [[32, 6, 2, 24], [32, 7, 1, 24], [32, 8, 0, 24]])
    }

    @Test("random work gives the same tokens in every mode", arguments: 0..<8)
    func sameOutputs(seed: Int) throws {
        var expected: [SequenceID: FakeModel.Record]?
        for batching in BatchingMode.allCases {
            for reservation in KVReservation.allCases {
                var generator = SplitMix64(seed: UInt64(seed))
                var simulation = try Simulation(
                    config(
                        batching, reservation, maxNumSeqs: 4, maxNumBatchedTokens: 10, maxModelLen: 32,
                        numBlocks: 12, caching: seed % 2 == 1))
                for id in 1...20 {
                    let length = Int.random(in: 1...12, using: &generator)
                    let maxTokens = Int.random(in: 1...20, using: &generator)
                    // Prompts begin alike by threes, so that a cache has something to find.
                    simulation.add(
                        makeRequest(
                            UInt64(id), length: length, first: Int32(id / 3) * 50, maxTokens: maxTokens))
                    if generator.oneIn(3) { simulation.step() }
                }
                simulation.drain()
                #expect(simulation.records == expected ?? simulation.records)
                expected = simulation.records
            }
        }
    }
}
