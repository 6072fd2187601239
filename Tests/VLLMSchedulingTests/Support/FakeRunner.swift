// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTypes

/// Executes plans over a pool of blocks as a model runner does, and notes what in a plan cannot be right.
///
/// A token's entry is computed from what the pool holds for the token before, so that a stale, foreign or
/// uncomputed block changes the output.
struct FakeRunner {
    /// What a runner holds of one sequence.
    struct State {
        var request: EngineRequest
        var tokenIDs: [Int32]
        var blockIDs: [Int32]
        /// Nil until its first chunk: what a prefix hit skips is known only then.
        var numComputedTokens: Int?
    }

    let blockSize: Int
    private var pool: [UInt64]
    private(set) var states: [SequenceID: State] = [:]
    private var problems: [String] = []

    init(numBlocks: Int, blockSize: Int) {
        self.blockSize = blockSize
        pool = Array(repeating: 0, count: numBlocks * blockSize)
    }

    /// Returns what was wrong since the last call.
    mutating func takeProblems() -> [String] {
        defer { problems = [] }
        return problems
    }

    /// Executes a plan; the sequences of `failing` yield a failure.
    mutating func execute(_ plan: SchedulerOutput, failing: Set<SequenceID> = []) -> ModelRunnerOutput {
        for id in plan.released where states.removeValue(forKey: id) == nil {
            problems.append("\(id) is released and not held")
        }
        for new in plan.newSequences {
            if states[new.request.id] != nil { problems.append("\(new.request.id) is new and held") }
            states[new.request.id] = State(
                request: new.request, tokenIDs: new.tokenIDs, blockIDs: new.blockIDs)
        }
        if Set(plan.chunks.map(\.id)).count != plan.chunks.count { problems.append("two chunks of one id") }
        // Backwards, so that a chunk that relies on another one of the same step reads what is not there yet.
        let results = plan.chunks.reversed().map { execute($0, fails: failing.contains($0.id)) }
        return ModelRunnerOutput(results: results.reversed())
    }

    private mutating func execute(_ chunk: SchedulerOutput.Chunk, fails: Bool) -> ModelRunnerOutput.Result {
        var result = ModelRunnerOutput.Result(id: chunk.id)
        guard var state = states[chunk.id] else {
            problems.append("\(chunk.id) has a chunk and is not held")
            return result
        }
        state.blockIDs += chunk.newBlockIDs
        check(chunk, state)
        let end = chunk.numComputedTokens + chunk.numTokens
        var logprobs: [PositionLogprobs] = []
        for position in chunk.numComputedTokens..<end {
            let previous = entry(before: position, state)
            pool[slot(of: position, state)] = FakeModel.entry(
                after: previous, token: state.tokenIDs[position])
            guard position + 1 < state.request.promptTokenIDs.count else { continue }
            logprobs.append(
                FakeModel.logprob(
                    after: entry(before: position + 1, state), token: state.tokenIDs[position + 1]))
        }
        if state.request.params.promptLogprobs != nil, !logprobs.isEmpty {
            result.promptLogprobs = (chunk.numComputedTokens + 1, logprobs)
        }
        state.numComputedTokens = end
        if chunk.samples {
            let token = FakeModel.sample((0..<end).map { pool[slot(of: $0, state)] })
            result.sampledTokenIDs = [token]
            state.tokenIDs.append(token)
        }
        if fails { result.failure = "the test says so" }
        states[chunk.id] = state
        return result
    }

    private mutating func check(_ chunk: SchedulerOutput.Chunk, _ state: State) {
        let end = chunk.numComputedTokens + chunk.numTokens
        func check(_ holds: Bool, _ text: String) {
            if !holds { problems.append("\(chunk.id): \(text)") }
        }
        check(chunk.numTokens > 0, "computes nothing")
        check(
            chunk.numComputedTokens == state.numComputedTokens ?? chunk.numComputedTokens,
            "skips or repeats tokens")
        check(end <= state.tokenIDs.count, "computes tokens that are not there")
        check(chunk.samples == (end == state.tokenIDs.count), "samples: \(chunk.samples)")
        check(state.blockIDs.count * blockSize >= end, "has too few blocks")
        let written = Set(state.blockIDs[chunk.numComputedTokens / blockSize..<state.blockIDs.count])
        for (id, other) in states where id != chunk.id {
            check(written.isDisjoint(with: other.blockIDs), "writes to a block of \(id)")
        }
    }

    private func slot(of position: Int, _ state: State) -> Int {
        Int(state.blockIDs[position / blockSize]) * blockSize + position % blockSize
    }

    private func entry(before position: Int, _ state: State) -> UInt64 {
        position == 0 ? FakeModel.start(salt: state.request.cacheSalt) : pool[slot(of: position - 1, state)]
    }
}
