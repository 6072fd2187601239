// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMLayers
package import VLLMTensors
package import VLLMTypes

/// Runs a model on one device: gathers each plan into one flat batch, computes it, and draws the next tokens.
package struct ModelRunner: Executor {
    private let model: any TextModel
    private let backend: any Backend
    private let cache: KVCache
    private var sequences: [SequenceID: SequenceState] = [:]
    private let plugIns: SamplingPlugIns
    private var batch = StepBatch()
    /// The sequences of the step's chunks, in the plan's order.
    private var states: [SequenceState] = []
    /// What the steps so far took.
    package private(set) var times = StepTimes()

    package init(
        model: any TextModel, backend: any Backend, cache: KVCache,
        plugIns: SamplingPlugIns = SamplingPlugIns()
    ) {
        self.model = model
        self.backend = backend
        self.cache = cache
        self.plugIns = plugIns
    }

    /// Sequences that the runner holds.
    package var numSequences: Int { sequences.count }

    package mutating func execute(_ plan: SchedulerOutput) throws -> ModelRunnerOutput {
        let start = ContinuousClock.now
        defer { times.total += ContinuousClock.now - start }
        for id in plan.released { sequences[id] = nil }
        for new in plan.newSequences { sequences[new.request.id] = SequenceState(new, plugIns) }
        if !plan.blockCopies.isEmpty { backend.copyBlocks(plan.blockCopies, in: cache) }
        guard !plan.chunks.isEmpty else { return ModelRunnerOutput(results: []) }
        gather(plan)
        defer { states.removeAll(keepingCapacity: true) }
        let gathered = ContinuousClock.now
        let hidden = model.hiddenStates(batch, cache: cache)
        times.computation += ContinuousClock.now - gathered
        var output = ModelRunnerOutput(results: plan.chunks.map { .init(id: $0.id) })
        computePromptLogprobs(plan, hidden, &output)
        sample(plan, hidden, &output)
        return output
    }

    /// Lays the plan's chunks one behind the other.
    private mutating func gather(_ plan: SchedulerOutput) {
        batch.removeAll()
        for chunk in plan.chunks {
            guard let state = sequences[chunk.id] else {
                preconditionFailure("the plan names \(chunk.id), which the runner does not hold")
            }
            states.append(state)
            for block in chunk.newBlockIDs { state.blockTable.append(block) }
            let range = chunk.numComputedTokens..<chunk.numComputedTokens + chunk.numTokens
            precondition(
                range.upperBound <= state.tokenIDs.count, "chunk \(range) of \(state.tokenIDs.count) tokens")
            batch.sequences.append(
                SequenceSpan(
                    queryStart: Int32(batch.tokenIDs.count), queryLength: Int32(chunk.numTokens),
                    contextLength: Int32(range.upperBound), blockTableStart: Int32(batch.blockTables.count)))
            batch.tokenIDs.append(contentsOf: state.tokenIDs[range])
            for position in range {
                let block = Int(state.blockTable[position / cache.blockSize])
                batch.positions.append(Int32(position))
                batch.slotMapping.append(Int32(block * cache.blockSize + position % cache.blockSize))
            }
            batch.blockTables.append(contentsOf: state.blockTable)
        }
    }

    /// Draws a token for each chunk that reaches its sequence's end, a slab of logits at a time.
    private mutating func sample(_ plan: SchedulerOutput, _ hidden: Tensor, _ output: inout ModelRunnerOutput)
    {
        let sampling = plan.chunks.indices.filter { plan.chunks[$0].samples }
        for start in stride(from: 0, to: sampling.count, by: logitsSlab) {
            let slab = sampling[start..<min(sampling.count, start + logitsSlab)]
            for (index, row) in zip(slab, draw(slab, hidden)) {
                record(row, states[index], &output.results[index])
            }
        }
    }

    /// Draws the tokens of a slab.
    ///
    /// Rows and contexts share the sequences' arrays: they are gone when the tokens are appended to these.
    private mutating func draw(_ slab: ArraySlice<Int>, _ hidden: Tensor) -> [SampledRow] {
        let rows = slab.map { batch.sequences[$0].queryStart + batch.sequences[$0].queryLength - 1 }
        let samplingRows = slab.map { Sampler.row(for: states[$0]) }
        let start = ContinuousClock.now
        let logits = model.logits(rows, of: hidden)
        let drawn = backend.sample(logits, rows: samplingRows)
        times.computation += ContinuousClock.now - start
        for index in slab { states[index].plugIns?.context = nil }
        return drawn
    }

    private func record(
        _ row: SampledRow, _ state: SequenceState, _ result: inout ModelRunnerOutput.Result
    ) {
        guard row.token >= 0 else {
            result.failure = row.failure ?? "The model's logits are not numbers."
            return
        }
        state.append(row.token)
        result.sampledTokenIDs = IDList(row.token)
        if let logprobs = row.logprobs { result.logprobs = [PositionLogprobs(logprobs)] }
    }

    /// Computes the log-probabilities of the prompt's tokens: row i of a chunk predicts the token behind it.
    private func computePromptLogprobs(
        _ plan: SchedulerOutput, _ hidden: Tensor, _ output: inout ModelRunnerOutput
    ) {
        for (index, chunk) in plan.chunks.enumerated() {
            let state = states[index]
            guard let numTop = state.request.params.promptLogprobs else { continue }
            let first = chunk.numComputedTokens + 1
            let end = min(first + chunk.numTokens, state.numPromptTokens)
            guard first < end else { continue }
            var entries: [PositionLogprobs] = []
            for start in stride(from: first, to: end, by: logitsSlab) {
                let positions = start..<min(end, start + logitsSlab)
                let base = batch.sequences[index].queryStart - Int32(first)
                let logits = model.logits(positions.map { base + Int32($0) }, of: hidden)
                let tokens = positions.map { state.tokenIDs[$0] }
                entries += backend.logprobs(logits, tokens: tokens, numTop: numTop).map(PositionLogprobs.init)
            }
            output.results[index].promptLogprobs = (start: first, entries: entries)
        }
    }
}

extension PositionLogprobs {
    /// Takes over what a backend computed.
    init(_ row: RowLogprobs) {
        self.init(
            chosen: TokenLogprob(tokenID: row.token, logprob: row.logprob, rank: row.rank),
            top: zip(row.topTokens, row.topLogprobs).enumerated().map { index, pair in
                TokenLogprob(tokenID: pair.0, logprob: pair.1, rank: index + 1)
            })
    }
}
