// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors
import VLLMTypes

/// What the runner keeps of a sequence between steps.
///
/// A class, so that a step neither copies it nor counts references to its parts.
final class SequenceState {
    let request: EngineRequest
    /// Prompt and output.
    private(set) var tokenIDs: [Int32]
    var blockTable: [Int32]
    /// What repeated tokens cost, where that is asked for.
    private(set) var penalties: TokenPenalties?
    /// What its logits pass, where the request asks for it.
    let plugIns: SequencePlugIns?
    /// How a token is drawn, without the draw and without changes to the logits.
    let row: SamplingRow
    /// What the request adds to the logits.
    let biases: [(token: Int32, value: Float)]
    /// False where the logits are taken as they are.
    let editsLogits: Bool

    init(_ new: SchedulerOutput.NewSequence, _ known: SamplingPlugIns) {
        request = new.request
        tokenIDs = new.tokenIDs
        blockTable = new.blockIDs
        let params = new.request.params
        do throws(RequestError) {
            plugIns = try known.instances(for: params)
        } catch {
            plugIns = SequencePlugIns(failure: error)
        }
        penalties = TokenPenalties(params, prompt: new.request.promptTokenIDs)
        biases = params.logitBias.map { ($0.key, min(100, max(-100, $0.value))) }
        row = Sampler.row(params, hook: plugIns)
        editsLogits =
            plugIns != nil || penalties != nil || params.allowedTokenIDs != nil
            || !params.badWordsTokenIDs.isEmpty || params.minTokens > 0 || !params.logitBias.isEmpty
        for token in new.tokenIDs.dropFirst(new.request.promptTokenIDs.count) { penalties?.append(token) }
    }

    var numPromptTokens: Int { request.promptTokenIDs.count }
    var numOutputTokens: Int { tokenIDs.count - numPromptTokens }
    var outputTokenIDs: ArraySlice<Int32> { tokenIDs.dropFirst(numPromptTokens) }

    var promptTokenIDs: ArraySlice<Int32> { tokenIDs.prefix(numPromptTokens) }

    func append(_ token: Int32) {
        tokenIDs.append(token)
        penalties?.append(token)
    }
}
