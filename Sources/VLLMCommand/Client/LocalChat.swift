// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMChat
import VLLMEngine
import VLLMTypes

/// A model in this process.
struct LocalChat: ChatPartner {
    let engine: AsyncLLM
    let formatter: ChatFormatter
    let params: SamplingParams

    func answer(_ messages: [ChatMessage], print: (String) -> Bool) async throws -> ChatAnswer {
        let start = ContinuousClock.now
        var first: ContinuousClock.Instant?
        var answer = ChatAnswer()
        let stream = try LLM(engine: engine).streamChat(
            ChatConversation(messages), params, formatter: formatter)
        answer.promptTokens = stream.promptTokenIDs.count
        for try await output in stream {
            first = first ?? .now
            for sequence in output.outputs {
                answer.tokens += sequence.tokenIDs.count
                answer.text += sequence.text
                guard sequence.text.isEmpty || print(sequence.text) else { return answer }
            }
        }
        answer.timeToFirstToken = (first ?? .now) - start
        answer.time = .now - start
        return answer
    }

    func close() async { await engine.shutdown() }
}
