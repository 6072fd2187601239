// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMScheduling
import VLLMTypes

@Suite("Scheduler prefix caching")
struct SchedulerPrefixTests {
    /// Runs requests one after the other, and returns how many cached tokens each first output reports.
    private func cachedTokens(_ requests: [EngineRequest], config: SchedulerConfig = makeConfig()) throws
        -> [Int]
    {
        var simulation = try Simulation(config)
        var cached: [Int] = []
        for request in requests {
            simulation.add(request)
            var outputs: [EngineCoreOutput] = []
            while simulation.scheduler.hasUnfinishedRequests {
                simulation.step()
                outputs += simulation.outputs
            }
            #expect(Set(outputs.map(\.numCachedTokens)).count == 1, "all outputs report the same")
            cached.append(try #require(outputs.first).numCachedTokens)
        }
        simulation.drain()
        return cached
    }

    @Test("equal prompts share whole blocks, and one token is always computed")
    func hits() throws {
        let lengths = [13, 13, 12, 9, 8, 3]
        let requests = lengths.enumerated().map { makeRequest(UInt64($0.offset), length: $0.element) }
        #expect(try cachedTokens(requests) == [0, 12, 8, 8, 4, 0])
        #expect(try cachedTokens(requests, config: makeConfig(caching: false)) == [0, 0, 0, 0, 0, 0])
    }

    @Test("a follow-up finds the output of what came before it")
    func outputIsShared() throws {
        let first = makeRequest(1, length: 6, maxTokens: 7)
        let reply = FakeModel.reference(first, maximumLength: 64).tokenIDs
        let second = makeRequest(2, prompt: first.promptTokenIDs + reply + [1, 2, 3])
        #expect(try cachedTokens([first, second]) == [0, 12])
    }

    @Test("requests of different salts share nothing")
    func salts() throws {
        let salts: [String?] = [nil, "a", "b", "a", nil, ""]
        let requests = salts.enumerated().map { makeRequest(UInt64($0.offset), length: 13, salt: $0.element) }
        #expect(try cachedTokens(requests) == [0, 0, 0, 12, 12, 0])
    }

    @Test("a request for prompt logprobs computes its whole prompt, and others may use it")
    func promptLogprobs() throws {
        let params = SamplingParams(maxTokens: 2, promptLogprobs: 1)
        let requests = [
            makeRequest(1, length: 13, params: params), makeRequest(2, length: 13, params: params),
            makeRequest(3, length: 13),
        ]
        #expect(try cachedTokens(requests) == [0, 0, 12])
    }

    @Test("after a reset a prompt is computed again")
    func reset() throws {
        var simulation = try Simulation(makeConfig())
        simulation.add(makeRequest(1, length: 13, maxTokens: 2))
        simulation.drain()
        simulation.add(makeRequest(2, length: 13, maxTokens: 9))
        #expect(simulation.step().summary == [[2, 12, 1]])
        simulation.scheduler.resetPrefixCache()
        simulation.checkIntegrity()
        simulation.add(makeRequest(3, length: 13, maxTokens: 2))
        #expect(simulation.step().summary == [[2, 13, 1], [3, 0, 13]])
        simulation.drain()
    }

    @Test("a prefix that is just being computed is waited for, and computed once")
    func deferral() throws {
        var simulation = try Simulation(makeConfig(maxNumBatchedTokens: 16))
        let prefix = (0..<21).map { Int32($0) }
        for id in 1...3 { simulation.add(makeRequest(UInt64(id), prompt: prefix + [Int32(100 + id)])) }
        simulation.add(makeRequest(4, length: 3, first: 60))
        #expect(simulation.step().summary == [[1, 0, 16]])
        // 1 comes to the fifth block, for which 2 and 3 wait; 4 has nothing to wait for.
        #expect(simulation.step().summary == [[1, 16, 6], [4, 0, 3]])
        #expect(simulation.step().summary == [[1, 22, 1], [4, 3, 1], [2, 20, 2], [3, 20, 2]])
        simulation.drain()
        #expect(simulation.scheduler.statistics.prefixCacheHits == 40)
    }

    @Test("who waits for a prefix computes it when the one who did is gone")
    func deferralEnds() throws {
        var simulation = try Simulation(makeConfig(maxNumBatchedTokens: 8))
        for id in 1...2 { simulation.add(makeRequest(UInt64(id), length: 21)) }
        #expect(simulation.step().summary == [[1, 0, 8]])
        #expect(simulation.step(aborting: [SequenceID(1)]).summary == [[1, 8, 8]])
        #expect(simulation.step().summary == [[2, 8, 8]], "the aborted result was not published")
        simulation.drain()
    }
}
