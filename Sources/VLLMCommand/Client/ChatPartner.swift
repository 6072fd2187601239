// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMChat

/// Who answers in a conversation.
protocol ChatPartner: Sendable {
    /// Answers the last message.
    ///
    /// - Parameter print: told each piece of the answer as it comes; false where nobody reads it any more.
    func answer(_ messages: [ChatMessage], print: (String) -> Bool) async throws -> ChatAnswer

    /// Ends the conversation.
    func close() async
}

/// A whole answer with what it cost.
struct ChatAnswer: Sendable {
    var text = ""
    /// Tokens of the conversation before it; nil where they are not known.
    var promptTokens: Int?
    var tokens = 0
    /// From the question to the first piece.
    var timeToFirstToken: Duration = .zero
    /// From the first piece to the last.
    var decodeTime: Duration = .zero

    /// One line on tokens and times.
    var summary: String {
        var text = Quantity.count(tokens, "token")
        let seconds = decodeTime / .seconds(1)
        // The first token belongs to the prompt's time.
        if tokens > 1, seconds > 0 {
            text += ", \(Quantity.fixed(Double(tokens - 1) / seconds, digits: 1)) tokens/s"
        }
        text += ", first after \(Quantity.duration(timeToFirstToken))"
        if let promptTokens { text += ", \(Quantity.count(promptTokens, "token")) before it" }
        return text
    }
}
