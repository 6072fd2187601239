// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand
import VLLMExecution
import VLLMScheduling
import VLLMTypes

@Suite("BatchingRun")
struct BatchingRunTests {
    /// Gives every sequence its own id as each token, but for a request that is told its place in the batch.
    private struct ScriptedExecutor: Executor {
        var telltale: UInt64?

        mutating func execute(_ plan: SchedulerOutput) throws -> ModelRunnerOutput {
            ModelRunnerOutput(
                results: plan.chunks.enumerated().map { place, chunk in
                    let id = chunk.id.rawValue
                    let token = id == telltale ? place : Int(id)
                    return .init(id: chunk.id, sampledTokenIDs: chunk.samples ? [Int32(token)] : [])
                })
        }
    }

    private let config = SchedulerConfig(
        maxNumSeqs: 4, maxNumBatchedTokens: 64, maxModelLen: 16, blockSize: 4, numBlocks: 4,
        enablePrefixCaching: false)

    private func request(_ id: UInt64, prompt: Int, output: Int, at time: Double = 0) -> TimedRequest {
        TimedRequest(
            arrival: time,
            request: EngineRequest(
                id: SequenceID(id), promptTokenIDs: Array(repeating: 5, count: prompt),
                params: SamplingParams(maxTokens: output, ignoreEOS: true)))
    }

    private func run(_ variant: BatchingVariant, _ requests: [TimedRequest]) throws -> BatchingFigures {
        var config = config
        variant.apply(to: &config)
        var executor: any Executor = ScriptedExecutor()
        return try BatchingRun.run(requests, Scheduler(config: config), &executor)
    }

    @Test("counts steps, tokens, running sequences and slots of a run that was computed by hand")
    func figures() throws {
        let requests = [request(0, prompt: 3, output: 1), request(1, prompt: 4, output: 2)]
        // Step 1: 1 + 2 blocks of 4 tokens, 3 + 4 filled; a token comes to the second's fifth slot, none to 1 + 3 slots.
        // Step 2: the second alone, 5 of 8 filled.
        let paged = try run(.paged, requests)
        #expect(paged.numSteps == 2 && paged.inputTokens == 7)
        #expect(paged.outputs == [[0], [1, 1]])
        #expect(paged.meanRunning == 1.5 && paged.peakRunning == 2)
        #expect(abs(paged.heldShare - (12.0 / 16 + 8.0 / 16) / 2) < 1e-12)
        #expect(abs(paged.reservedShare - (1.0 / 12 + 0) / 2) < 1e-12)
        #expect(abs(paged.fragmentedShare - (4.0 / 12 + 3.0 / 8) / 2) < 1e-12)
        // The whole pool is one sequence's: they run one after the other.
        let reserved = try run(.max, requests)
        #expect(reserved.numSteps == 3 && reserved.peakRunning == 1 && reserved.heldShare == 1)
        #expect(abs(reserved.reservedShare - (0 + 1.0 / 16 + 0) / 3) < 1e-12)
        #expect(abs(reserved.fragmentedShare - (13.0 / 16 + 11.0 / 16 + 11.0 / 16) / 3) < 1e-12)
        #expect(reserved.normalizedLatencies.count == 2 && reserved.normalizedLatency > 0)
    }

    @Test("requests are added when they arrive")
    func arrivals() throws {
        let requests = [request(0, prompt: 2, output: 2), request(1, prompt: 2, output: 2, at: 0.05)]
        let figures = try run(.paged, requests)
        #expect(figures.duration >= 0.05 && figures.outputs == [[0, 0], [1, 1]])
    }

    @Test("every mode runs all requests, and the modes differ in what they are told to")
    func variants() throws {
        let requests = (0..<9).map { request($0, prompt: 3, output: Int($0) % 4 + 1) }
        var executor: any Executor = ScriptedExecutor()
        var ended = 0
        let comparison = try BatchingComparison(
            of: BatchingVariant.allCases, rounds: 2, requests: requests, config: config, executor: &executor,
            progress: { ended = $0 })
        #expect(ended == 9 * 2 * 6)
        let steps = Dictionary(
            uniqueKeysWithValues: comparison.medians.map { ($0.variant, $0.figures.numSteps) })
        let fewest = try #require(steps[.paged])
        for variant in BatchingVariant.allCases {
            #expect(try #require(steps[variant]) >= fewest, "\(variant)")
        }
        #expect(try #require(steps[.staticPaged]) > fewest)
        #expect(try #require(steps[.max]) == 21, "one after the other")
        let report = BatchingReport(comparison, config: config)
        #expect(report.json.count == 6 && report.lines.count == 2 + 7)
        #expect(Set(report.lines.dropFirst(2).map(\.count)).count == 1, "columns end alike")
    }

    @Test("a comparison whose modes give different tokens fails")
    func differentTokens() {
        let requests = (0..<6).map { request($0, prompt: 3, output: 3) }
        var executor: any Executor = ScriptedExecutor(telltale: 1)
        #expect(throws: ClientError.self) {
            _ = try BatchingComparison(
                of: [.paged, .max], rounds: 1, requests: requests, config: config, executor: &executor)
        }
    }

    @Test("the workload has the lengths that were asked for, within the model's limits, and follows its seed")
    func workload() {
        var workload = BatchingWorkload(
            count: 4000, inputLength: 100, outputLength: 200, lengths: .logNormal(sigma: 0.8),
            arrivals: ArrivalProcess(rate: 10), vocabularySize: 50, maxModelLen: 20_000)
        func make(seed: UInt64) -> [TimedRequest] {
            var generator = SeededGenerator(seed: seed)
            return workload.requests(using: &generator)
        }
        let requests = make(seed: 1)
        let outputs = requests.compactMap(\.request.params.maxTokens).map(Double.init)
        let mean = outputs.reduce(0, +) / 4000
        // The standard error of the mean is 200 · √(e^0.64 − 1) / √4000 = 3.
        #expect(abs(mean - 200) < 15)
        #expect(outputs.sorted()[2000] < 0.85 * mean, "the tail is long")
        #expect(abs((requests.last?.arrival ?? 0) - 400) < 1e-6)
        #expect(requests.allSatisfy { $0.request.promptTokenIDs.allSatisfy { (0..<50).contains($0) } })
        #expect(make(seed: 1).map(\.request.promptTokenIDs) == requests.map(\.request.promptTokenIDs))
        #expect(make(seed: 2).map(\.request.promptTokenIDs) != requests.map(\.request.promptTokenIDs))
        workload.maxModelLen = 64
        for request in make(seed: 1) {
            let prompt = request.request.promptTokenIDs.count
            #expect((1...32).contains(prompt))
            #expect((1...64 - prompt).contains(request.request.params.maxTokens ?? 0))
        }
        workload.lengths = .uniform(ratio: 0.5)
        workload.maxModelLen = 20_000
        #expect(make(seed: 3).allSatisfy { (50...150).contains($0.request.promptTokenIDs.count) })
    }
}
