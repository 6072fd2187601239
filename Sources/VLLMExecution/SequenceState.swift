// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTypes

/// What the runner keeps of a sequence between steps.
struct SequenceState {
    var request: EngineRequest
    /// Prompt and output.
    var tokenIDs: [Int32]
    var blockTable: [Int32]
    /// How often each token was generated.
    var outputCounts: [Int32: Int] = [:]
    /// What its logits pass, where the request asks for it.
    var plugIns: SequencePlugIns?

    init(_ new: SchedulerOutput.NewSequence, _ known: SamplingPlugIns) {
        request = new.request
        tokenIDs = new.tokenIDs
        blockTable = new.blockIDs
        do throws(RequestError) {
            plugIns = try known.instances(for: new.request.params)
        } catch {
            plugIns = SequencePlugIns(failure: error)
        }
        for token in new.tokenIDs.dropFirst(new.request.promptTokenIDs.count) {
            outputCounts[token, default: 0] += 1
        }
    }

    var numPromptTokens: Int { request.promptTokenIDs.count }
    var numOutputTokens: Int { tokenIDs.count - numPromptTokens }
    var outputTokenIDs: ArraySlice<Int32> { tokenIDs.dropFirst(numPromptTokens) }

    var promptTokenIDs: ArraySlice<Int32> { tokenIDs.prefix(numPromptTokens) }

    mutating func append(_ token: Int32) {
        tokenIDs.append(token)
        outputCounts[token, default: 0] += 1
    }
}
