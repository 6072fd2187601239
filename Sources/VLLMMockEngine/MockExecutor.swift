// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import VLLMExecution
import VLLMTypes

/// Carries out plans by a script: no model, no arithmetic, the same tokens every time.
///
/// The log-probability of the chosen token is −0.5, and of the k-th alternative −1 − k; alternatives are the tokens
/// that follow the chosen one by id. Prompt tokens have −0.25.
struct MockExecutor: Executor {
    private struct Sequence {
        var request: EngineRequest
        var numOutputTokens: Int
    }

    let configuration: MockEngine.Configuration
    private var sequences: [SequenceID: Sequence] = [:]
    private var numSteps = 0

    init(_ configuration: MockEngine.Configuration) { self.configuration = configuration }

    mutating func execute(_ plan: SchedulerOutput) throws -> ModelRunnerOutput {
        configuration.control?.enter()
        wait()
        if numSteps == configuration.failingStep { throw MockError(message: configuration.failure) }
        for id in plan.released { sequences[id] = nil }
        for new in plan.newSequences {
            let numOutputTokens = new.tokenIDs.count - new.request.promptTokenIDs.count
            sequences[new.request.id] = Sequence(request: new.request, numOutputTokens: numOutputTokens)
        }
        let results = plan.chunks.map { result(of: $0) }
        configuration.control?.report(
            .init(
                number: numSteps, computed: plan.chunks.map(\.id), released: plan.released,
                numLive: sequences.count))
        numSteps += 1
        return ModelRunnerOutput(results: results)
    }

    private func wait() {
        guard let delay = configuration.stepDelay, delay > .zero else { return }
        let (seconds, attoseconds) = delay.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        unsafe nanosleep(&time, nil)
    }

    private mutating func result(of chunk: SchedulerOutput.Chunk) -> ModelRunnerOutput.Result {
        var result = ModelRunnerOutput.Result(id: chunk.id)
        guard let sequence = sequences[chunk.id] else { return result }
        let request = sequence.request
        if let count = request.params.promptLogprobs {
            result.promptLogprobs = promptLogprobs(of: chunk, request.promptTokenIDs, count: count)
        }
        guard chunk.samples else { return result }
        let token = configuration.script.token(request, sequence.numOutputTokens)
        result.sampledTokenIDs = IDList(token)
        if let count = request.params.logprobs {
            result.logprobs = [position(token, logprob: -0.5, count: count)]
        }
        sequences[chunk.id]?.numOutputTokens += 1
        return result
    }

    /// The rows of a chunk predict the tokens that follow them.
    private func promptLogprobs(
        of chunk: SchedulerOutput.Chunk, _ prompt: [Int32], count: Int
    ) -> (start: Int, entries: [PositionLogprobs])? {
        let start = chunk.numComputedTokens + 1
        let end = min(start + chunk.numTokens, prompt.count)
        guard start < end else { return nil }
        return (start, prompt[start..<end].map { position($0, logprob: -0.25, count: count) })
    }

    private func position(_ token: Int32, logprob: Float, count: Int) -> PositionLogprobs {
        let size = Int32(configuration.vocabularySize)
        let count = count < 0 ? configuration.vocabularySize : count
        let chosen = TokenLogprob(tokenID: token, logprob: logprob, rank: 1)
        let others = (1..<max(count, 1)).map { place in
            TokenLogprob(tokenID: (token + Int32(place)) % size, logprob: -1 - Float(place), rank: place + 1)
        }
        return PositionLogprobs(chosen: chosen, top: count == 0 ? [] : [chosen] + others)
    }
}

/// The failure that a script asks for.
struct MockError: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
}
