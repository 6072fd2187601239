// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import VLLMCheckpoints
import VLLMEngine

/// The program `vllm`.
///
/// A program with plug-ins of its own registers them and then calls `main`:
///
/// ```swift
/// import VLLM
/// import VLLMCommand
///
/// PlugIns.register(logitsProcessor: "mine") { call, _ in try Mine(call.arguments) }
/// await Program.main()
/// ```
public enum Program {
    /// Codes the process ends with.
    enum ExitStatus {
        static let success: Int32 = 0
        static let failure: Int32 = 1
        /// The command line is wrong: argparse's code, which scripts around vLLM know.
        static let usage: Int32 = 2
    }

    /// What all commands are listed under.
    struct Root: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "vllm",
            abstract: "Serves and runs large language models.",
            discussion: """
                Examples:
                  vllm serve
                  vllm serve ./Qwen2.5-0.5B-Instruct --max-model-len 8k
                  vllm generate --prompt "Once upon a time"
                  vllm chat -q "What is 7 times 6?"
                """,
            version: Version.number,
            subcommands: [
                ServeCommand.self, GenerateCommand.self, ChatCommand.self, CompleteCommand.self,
                DownloadCommand.self, InspectCommand.self, TokenizeCommand.self, BenchCommand.self,
                CollectEnvCommand.self,
                ManualCommand.self,
            ])
    }

    /// Runs the command that the process's arguments ask for, and ends the process.
    public static func main() async -> Never {
        Terminal.ignoreBrokenPipes()
        if CommandLine.arguments.dropFirst().first == EngineChild.argument {
            exit(await EngineChild.run(embedded: BuiltInModel.source))
        }
        let status = await run(
            Array(CommandLine.arguments.dropFirst()), environment: ProcessEnvironment.current)
        exit(status)
    }

    /// Runs a command line and gives the code to end with.
    private static func run(_ arguments: [String], environment: [String: String]) async -> Int32 {
        do {
            var (command, context) = try parse(arguments, environment: environment)
            if let command = command as? any Command {
                try await command.run(in: context)
            } else {
                // The parser's own command, which throws the help that was asked for.
                try command.run()
            }
            return ExitStatus.success
        } catch {
            return report(error, for: FlagTable.Command(callingIn: arguments))
        }
    }

    private static func parse(
        _ arguments: [String], environment: [String: String]
    ) throws -> (any ParsableCommand, CommandContext) {
        guard let name = FlagTable.Command(callingIn: arguments) else {
            try checkCommand(arguments.first)
            let arguments = arguments.map { $0 == "-v" ? "--version" : $0 }
            return (
                try Root.parseAsRoot(arguments),
                CommandContext(environment: environment, notes: [], warnings: [])
            )
        }
        if arguments.contains("--help=all") {
            throw HelpRequest(text: helpText(of: name) + "\n\n" + FlagTable.listing(of: name))
        }
        let flags = Array(arguments.dropFirst(name.words.count))
        let result = try ArgumentNormalizer.normalize(flags, for: name)
        return (
            try Root.parseAsRoot(name.words + result.arguments),
            CommandContext(environment: environment, notes: result.notes, warnings: result.warnings)
        )
    }

    /// Throws for a first word that is no command.
    private static func checkCommand(_ word: String?) throws(UsageError) {
        guard let word, !word.hasPrefix("-"), word != "help" else { return }
        let names = Root.configuration.subcommands.compactMap { $0.configuration.commandName }
        guard !names.contains(word) else { return }
        let guess = Suggestion.nearest(to: word, among: names).map { "; did you mean \($0)?" }
        throw UsageError(
            "there is no command '\(word)'\(guess ?? ", only \(names.joined(separator: ", ")).")")
    }

    private static func helpText(of command: FlagTable.Command) -> String {
        switch command {
        case .serve: Root.helpMessage(for: ServeCommand.self)
        case .generate: Root.helpMessage(for: GenerateCommand.self)
        case .chat: Root.helpMessage(for: ChatCommand.self)
        case .complete: Root.helpMessage(for: CompleteCommand.self)
        case .benchBatching: Root.helpMessage(for: BenchBatchingCommand.self)
        case .benchLatency: Root.helpMessage(for: BenchLatencyCommand.self)
        case .benchScheduler: Root.helpMessage(for: BenchSchedulerCommand.self)
        case .benchThroughput: Root.helpMessage(for: BenchThroughputCommand.self)
        }
    }

    /// Says in one sentence why the process ends.
    private static func report(_ error: any Error, for command: FlagTable.Command?) -> Int32 {
        if let help = error as? HelpRequest {
            Terminal.print(help.text + "\n")
            return ExitStatus.success
        }
        let name = (["vllm"] + (command?.words ?? [])).joined(separator: " ")
        if let usage = error as? UsageError {
            Terminal.printError("\(name): error: \(usage.message) See '\(name) --help'.\n")
            return ExitStatus.usage
        }
        switch Root.exitCode(for: error) {
        case .success:
            Terminal.print(Root.fullMessage(for: error) + "\n")
            return ExitStatus.success
        case .validationFailure:
            let message = Root.message(for: error)
            let sentence = message.hasSuffix(".") ? message : message + "."
            Terminal.printError("\(name): error: \(sentence) See '\(name) --help'.\n")
            return ExitStatus.usage
        default:
            Terminal.printError("\(name): error: \(error)\n")
            return ExitStatus.failure
        }
    }
}

/// The user asked for the long help.
private struct HelpRequest: Error {
    let text: String
}
