// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Logging
import VLLMEngine

/// What a command runs with besides its flags.
struct CommandContext {
    /// The process's environment.
    let environment: [String: String]
    /// Flags that were accepted without effect, a sentence each.
    let notes: [String]
    /// What looks like a mistake in the command line, a sentence each.
    let warnings: [String]

    /// A log on standard error that has told what there is to tell about the command line.
    ///
    /// - Parameter standard: the level that replaces the one of flag and environment.
    func logger(_ flags: LogFlags, standard: Logger.Level? = nil) throws(UsageError) -> Logger {
        let asked = try flags.level(environment)
        let level = standard ?? asked
        let logger = Logger(label: "vllm") { _ in StandardErrorLogHandler(level: level) }
        for warning in warnings { logger.warning("\(warning)") }
        for note in notes { logger.info("\(note)") }
        return logger
    }
}

/// A command of the program.
protocol Command {
    /// Does what the command is for.
    func run(in context: CommandContext) async throws
}
