// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Who answers at the terminal.
protocol ChatPartner: Sendable {
    /// Answers a question.
    ///
    /// - Parameter print: told each piece of the answer as it comes; false where nobody reads it any more.
    func answer(_ question: Question, print: (String) -> Bool) async throws -> ChatAnswer

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
    /// From the question to the last piece.
    var time: Duration = .zero

    /// One line on tokens and times; the rate is over the whole time, the prompt's included.
    var summary: String {
        let rate = Double(tokens) / max(time / .seconds(1), 1e-6)
        var text = "\(Quantity.count(tokens, "token")) in \(Quantity.duration(time)), "
        text +=
            "\(Quantity.fixed(rate, digits: 1)) tokens/s, first after \(Quantity.duration(timeToFirstToken))"
        if let promptTokens { text += ", \(Quantity.count(promptTokens, "token")) before it" }
        return text
    }
}
