// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors
import VLLMTypes

/// Turns a sequence's parameters and history into the plain values by which a backend draws its next token.
///
/// The edits come in vLLM's order: allowed tokens, bad words, minimum length and biases, plug-ins, penalties.
enum Sampler {
    /// The row of a sequence's next token.
    static func row(for state: SequenceState) -> SamplingRow {
        let params = state.request.params
        var row = SamplingRow()
        row.temperature = Float(params.temperature)
        row.topK = max(0, params.topK)
        row.topP = Float(params.topP)
        row.minP = Float(params.minP)
        row.numLogprobs = params.logprobs
        if !params.isGreedy || state.plugIns != nil {
            row.uniform = RandomStream.uniform(
                seed: UInt64(bitPattern: params.seed ?? 0), sequence: state.request.sequenceIndex,
                position: state.tokenIDs.count)
        }
        row.edits = edits(for: state)
        if let plugIns = state.plugIns {
            plugIns.context = SamplingContext(
                promptTokenIDs: state.promptTokenIDs, outputTokenIDs: state.outputTokenIDs, params: params,
                uniform: row.uniform)
            row.hook = plugIns
        }
        return row
    }

    private static func edits(for state: SequenceState) -> [LogitEdit] {
        let params = state.request.params
        var edits: [LogitEdit] = []
        if let allowed = params.allowedTokenIDs { edits.append(.allow(allowed)) }
        let banned = params.badWordsTokenIDs.compactMap { bannedToken(of: $0, after: state.outputTokenIDs) }
        if !banned.isEmpty { edits.append(.ban(banned)) }
        if state.numOutputTokens < params.minTokens {
            let stops = params.endTokenIDs(eosTokenIDs: state.request.eosTokenIDs)
            if !stops.isEmpty { edits.append(.ban(stops)) }
        }
        if !params.logitBias.isEmpty {
            edits.append(.bias(params.logitBias.map { ($0.key, min(100, max(-100, $0.value))) }))
        }
        if state.plugIns != nil { edits.append(.hook) }
        return edits + penalties(for: state)
    }

    private static func penalties(for state: SequenceState) -> [LogitEdit] {
        let params = state.request.params
        var edits: [LogitEdit] = []
        if params.repetitionPenalty != 1 {
            edits.append(
                .repetitionPenalty(
                    tokens: Array(Set(state.tokenIDs)), penalty: Float(params.repetitionPenalty)))
        }
        if params.frequencyPenalty != 0 || params.presencePenalty != 0, !state.outputCounts.isEmpty {
            edits.append(
                .bias(
                    state.outputCounts.map { token, count in
                        (
                            token,
                            -Float(params.frequencyPenalty) * Float(count) - Float(params.presencePenalty)
                        )
                    }))
        }
        return edits
    }

    /// The last token of a bad word whose other tokens have just been generated.
    private static func bannedToken(of word: [Int32], after output: ArraySlice<Int32>) -> Int32? {
        guard let last = word.last else { return nil }
        return output.suffix(word.count - 1).elementsEqual(word.dropLast()) ? last : nil
    }
}
