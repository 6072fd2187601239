// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMChat
import VLLMTypes

/// A conversation at the terminal, or texts that are continued one by one.
struct ChatSession {
    private let partner: any ChatPartner
    private let opening: [ChatMessage]
    private let showsStatistics: Bool
    private let isConversation: Bool
    private var messages: [ChatMessage]

    /// Starts a conversation.
    init(partner: any ChatPartner, systemPrompt: String?, showsStatistics: Bool) {
        self.partner = partner
        self.showsStatistics = showsStatistics
        opening = systemPrompt.map { [.system($0)] } ?? []
        messages = opening
        isConversation = true
    }

    /// Starts to continue texts.
    init(completingWith partner: any ChatPartner, showsStatistics: Bool) {
        self.partner = partner
        self.showsStatistics = showsStatistics
        (opening, messages, isConversation) = ([], [], false)
    }

    /// Asks one thing, or reads from standard input what to ask until that ends.
    mutating func run(_ quick: String?) async throws {
        if let quick { try await ask(quick) } else { try await converse() }
    }

    /// Says one thing and prints the answer.
    private mutating func ask(_ text: String) async throws {
        let conversation = messages + [.user(text)]
        let question = isConversation ? Question.conversation(conversation) : .text(text)
        let answer = try await partner.answer(question) { Terminal.print($0) }
        Terminal.print("\n")
        messages = conversation + [.assistant(answer.text)]
        if showsStatistics { Terminal.printError("[\(answer.summary)]\n") }
    }

    private mutating func converse() async throws {
        while let line = nextLine() {
            if line == "/reset" {
                messages = opening
                continue
            }
            do {
                try await ask(line)
            } catch let error as RequestError where error.kind == .invalid {
                // The question does not fit: the conversation before it is still good.
                let hint = messages.count > opening.count ? " /reset starts a new conversation." : ""
                Terminal.printError("\(error)\(hint)\n")
            } catch let error as ClientError where Terminal.isInteractive {
                Terminal.printError("\(error)\n")
            }
        }
    }

    /// The next message, or nil at the end.
    private func nextLine() -> String? {
        if Terminal.isInteractive { Terminal.printError("> ") }
        guard let line = readLine(), !line.isEmpty, line != "/exit" else { return nil }
        return line
    }
}
