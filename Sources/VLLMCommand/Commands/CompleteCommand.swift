// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `vllm complete`: continues texts at the terminal, in this process or on a server.
struct CompleteCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "complete",
        abstract: "Continues texts, in this process or on a server.",
        discussion: """
            Without --quick it reads a text a line and continues each; an empty line or
            the end of the input ends it.

            Examples:
              vllm complete -q "Once upon a time"
              vllm complete --url http://localhost:8000/v1 --max-tokens 32
            """)

    @Option(name: [.customShort("q"), .long], help: "Continues this one text and ends.")
    var quick: String?

    @Flag(inversion: .prefixedNo, help: "Reports tokens and tokens/s after each text, on standard error.")
    var stats = true

    @OptionGroup
    var partner: PartnerFlags

    func run(in context: CommandContext) async throws {
        let partner = try await partner.partner(in: context)
        var session = ChatSession(completingWith: partner, showsStatistics: stats)
        try await session.run(quick)
        await partner.close()
    }
}
