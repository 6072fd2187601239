// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMChat
import VLLMTypes

/// A conversation at the terminal.
struct ChatSession {
    private let partner: any ChatPartner
    private let opening: [ChatMessage]
    private let showsStatistics: Bool
    private var messages: [ChatMessage]

    /// Starts a conversation.
    init(partner: any ChatPartner, systemPrompt: String?, showsStatistics: Bool) {
        self.partner = partner
        self.showsStatistics = showsStatistics
        opening = systemPrompt.map { [.system($0)] } ?? []
        messages = opening
    }

    /// Says one thing and prints the answer.
    mutating func ask(_ text: String) async throws {
        let question = messages + [.user(text)]
        let answer = try await partner.answer(question) { Terminal.print($0) }
        Terminal.print("\n")
        messages = question + [.assistant(answer.text)]
        if showsStatistics { Terminal.printError("[\(answer.summary)]\n") }
    }

    /// Reads messages from standard input until it ends.
    mutating func converse() async throws {
        while let line = nextLine() {
            if line == "/reset" {
                messages = opening
                continue
            }
            do {
                try await ask(line)
            } catch let error as RequestError where error.kind == .invalid {
                // The question does not fit: the conversation before it is still good.
                Terminal.printError("\(error)\n")
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
