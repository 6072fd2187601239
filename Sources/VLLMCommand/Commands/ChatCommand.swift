// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `vllm chat`: talks to a model, in this process or on a server.
struct ChatCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talks to a model in this process, or to a server.",
        discussion: """
            Without --quick it reads a message a line and keeps the conversation; an
            empty line or the end of the input ends it, /reset starts a new one.

            Examples:
              vllm chat -q "What is 7 times 6?"
              vllm chat ./Qwen2.5-0.5B-Instruct --system-prompt "Answer in French."
              vllm chat --url http://localhost:8000/v1 --api-key secret
            """)

    @Option(name: [.customShort("q"), .long], help: "Asks this one thing and ends.")
    var quick: String?

    @Option(help: "What the model is told before the conversation.")
    var systemPrompt: String?

    @Flag(inversion: .prefixedNo, help: "Reports tokens and tokens/s after each answer, on standard error.")
    var stats = true

    @OptionGroup
    var partner: PartnerFlags

    func run(in context: CommandContext) async throws {
        let partner = try await partner.partner(in: context)
        var session = ChatSession(partner: partner, systemPrompt: systemPrompt, showsStatistics: stats)
        try await session.run(quick)
        await partner.close()
    }
}
