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

    func answer(_ question: Question, print: (String) -> Bool) async throws -> ChatAnswer {
        let start = ContinuousClock.now
        var first: ContinuousClock.Instant?
        var answer = ChatAnswer()
        let stream =
            switch question {
            case .conversation(let messages):
                try LLM(engine: engine).streamChat(ChatConversation(messages), params, formatter: formatter)
            case .text(let text): try engine.generate(.text(text), params, requestID: "text")
            }
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
