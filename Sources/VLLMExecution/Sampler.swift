// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors
import VLLMTypes

/// Turns a sequence's parameters and history into the plain values by which a backend draws its next token.
///
/// The edits come in vLLM's order: allowed tokens, bad words, minimum length and biases, plug-ins, penalties.
enum Sampler {
    /// What the rows of all of a sequence's tokens have in common.
    static func row(_ params: SamplingParams, hook: SequencePlugIns?) -> SamplingRow {
        var row = SamplingRow()
        row.temperature = Float(params.temperature)
        row.topK = max(0, params.topK)
        row.topP = Float(params.topP)
        row.minP = Float(params.minP)
        row.numLogprobs = params.logprobs
        row.hook = hook
        return row
    }

    /// The row of a sequence's next token.
    static func row(for state: SequenceState) -> SamplingRow {
        var row = state.row
        if !state.request.params.isGreedy || state.plugIns != nil {
            row.uniform = RandomStream.uniform(
                seed: UInt64(bitPattern: state.request.params.seed ?? 0),
                sequence: state.request.sequenceIndex, position: state.tokenIDs.count)
        }
        guard state.editsLogits else { return row }
        row.edits = edits(for: state)
        state.plugIns?.context = SamplingContext(
            promptTokenIDs: state.promptTokenIDs, outputTokenIDs: state.outputTokenIDs,
            params: state.request.params, uniform: row.uniform)
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
        if !state.biases.isEmpty { edits.append(.bias(state.biases)) }
        if state.plugIns != nil { edits.append(.hook) }
        state.penalties?.addEdits(to: &edits)
        return edits
    }

    /// The last token of a bad word whose other tokens have just been generated.
    private static func bannedToken(of word: [Int32], after output: ArraySlice<Int32>) -> Int32? {
        guard let last = word.last else { return nil }
        return output.suffix(word.count - 1).elementsEqual(word.dropLast()) ? last : nil
    }
}
