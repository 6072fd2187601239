// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging
import ServiceLifecycle
import UnixSignals
import VLLMChat
import VLLMEngine
import VLLMServer

/// `vllm serve`: an HTTP server with OpenAI's API.
struct ServeCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves a model over HTTP with OpenAI's API.",
        discussion: """
            Flags bear vLLM's names; - and _ are alike, numbers may be 4k, 2M or 1GiB.
            --help=all lists the flags of vLLM that change nothing here and those that
            are refused.

            Examples:
              vllm serve
              vllm serve ./Qwen2.5-0.5B-Instruct --port 8001 --max-model-len 8k
              vllm serve Qwen/Qwen3-0.6B --served-model-name qwen --api-key secret
            """)

    @OptionGroup(title: "Model")
    var model: ModelFlags

    @OptionGroup(title: "Memory and scheduling")
    var scheduling: SchedulingFlags

    @OptionGroup(title: "Server")
    var server: ServerFlags

    @OptionGroup(title: "Chat template")
    var template: ChatTemplateFlags

    @OptionGroup(title: "Log")
    var log: LogFlags

    func run(in context: CommandContext) async throws {
        let logger = try context.logger(log)
        let configuration = try server.configuration(context.environment)
        try template.check()
        let starter = EngineStarter(
            model: model, scheduling: scheduling, logger: logger, environment: context.environment)
        try starter.check()
        // The port is taken before the model is loaded, so that a port in use ends the process at once.
        let port = try PortReservation(host: configuration.host, port: configuration.port)
        let engine = try await starter.start { $0.usesEngineProcess = self.server.engineProcess }
        let formatter = try template.formatter(engine.info)
        if let warning = formatter.warning { logger.warning("\(warning)") }
        logger.info("Chat template: \(formatter.summary)")
        let server = try APIServer(
            engine: engine, configuration: configuration, reservation: port, formatter: formatter,
            logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet(logger)))
        try await Self.run(group, logger)
        await engine.shutdown()
        logger.info("Stopped.")
    }

    /// Runs until the first signal has been served; a second one ends it at once.
    private static func run(_ group: ServiceGroup, _ logger: Logger) async throws {
        let signals = await UnixSignalsSequence(trapping: [.sigterm, .sigint])
        let running = Task { try await group.run() }
        let watching = Task {
            var isSecond = false
            for await _ in signals {
                guard isSecond else {
                    isSecond = true
                    continue
                }
                logger.warning("A second signal: requests that run are ended.")
                running.cancel()
            }
        }
        defer { watching.cancel() }
        do {
            try await running.value
        } catch is CancellationError {
            // It was told to.
        }
    }

    /// The group's own log tells of services and signals, which is of interest only to who looks for an error here.
    private func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        if logger.logLevel == .info { quiet.logLevel = .warning }
        return quiet
    }
}
