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

    init(_ new: SchedulerOutput.NewSequence) {
        request = new.request
        tokenIDs = new.tokenIDs
        blockTable = new.blockIDs
        for token in new.tokenIDs.dropFirst(new.request.promptTokenIDs.count) {
            outputCounts[token, default: 0] += 1
        }
    }

    var numPromptTokens: Int { request.promptTokenIDs.count }
    var numOutputTokens: Int { tokenIDs.count - numPromptTokens }
    var outputTokenIDs: ArraySlice<Int32> { tokenIDs.dropFirst(numPromptTokens) }

    mutating func append(_ token: Int32) {
        tokenIDs.append(token)
        outputCounts[token, default: 0] += 1
    }
}
