// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
public import VLLMChat
public import VLLMEngine

/// An HTTP server with vLLM's interface in front of an engine.
///
/// ```swift
/// let port = try PortReservation(host: nil, port: 8000)
/// let engine = try await LLM(model: "models/Qwen2.5-0.5B-Instruct").engine
/// let server = try APIServer(engine: engine, configuration: ServerConfiguration(), reservation: port, logger: logger)
/// try await server.run()
/// ```
///
/// As a service in a `ServiceGroup` it stops gracefully: new requests get 503, running ones finish within
/// `ServerConfiguration.shutdownTimeout`, the rest ends with the reason `abort`.
public struct APIServer: Service, CustomStringConvertible {
    /// How often the engine's statistics are logged, and how often its death is noticed.
    private static let statisticsInterval = Duration.seconds(10)
    /// What aborted requests get to be written.
    private static let abortTimeout = Duration.seconds(5)

    let context: ServerContext
    private let reservation: PortReservation
    private let clock: any Clock<Duration>
    private let onReady: @Sendable (Int) -> Void

    /// Prepares a server; nothing listens until `run`.
    ///
    /// - Parameters:
    ///   - reservation: the port, bound before the model was loaded; nil binds the configured one now.
    ///   - formatter: turns conversations into prompts; nil takes the model's own template.
    ///   - clock: times the shutdown and the log.
    ///   - onReady: told the port once connections are accepted.
    public init(
        engine: AsyncLLM, configuration: ServerConfiguration, reservation: PortReservation? = nil,
        formatter: ChatFormatter? = nil, logger: Logger, clock: any Clock<Duration> = ContinuousClock(),
        onReady: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws {
        let formatter = try formatter ?? ChatFormatter(info: engine.info)
        context = ServerContext(
            engine: engine, configuration: configuration, formatter: formatter, logger: logger)
        self.reservation =
            try reservation ?? PortReservation(host: configuration.host, port: configuration.port)
        self.clock = clock
        self.onReady = onReady
    }

    /// The service's name.
    public var description: String { "APIServer" }

    /// The port that is listened on.
    public var port: Int { reservation.port }

    /// The paths that are answered, with their methods.
    public static var routes: [(path: String, methods: [String])] { Routes.table }

    /// The metrics at `/metrics`, by name.
    public static var metrics: [(name: String, type: String, help: String)] { MetricsRoute.table }

    /// What answers requests, without a socket.
    package var responder: APIResponder { APIResponder(context) }

    /// Serves until the graceful shutdown is done or the task is cancelled; throws if the engine dies.
    public func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            try await serve(on: group)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func serve(on group: any EventLoopGroup) async throws {
        let responder = APIResponder(context)
        let listener = try await ConnectionListener(
            reservation, group: group, configuration: context.configuration, logger: context.logger,
            respond: { await responder.respond(to: $0) }, gate: context.gate)
        context.logger.info("Starting vLLM server on http://\(reservation.host):\(reservation.port)")
        onReady(reservation.port)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await listener.run() }
            tasks.addTask { try await watchEngine() }
            tasks.addTask {
                try? await gracefulShutdown()
                await drain()
            }
            try await tasks.next()
            tasks.cancelAll()
        }
    }

    /// Logs how busy the engine is; throws when it is dead.
    private func watchEngine() async throws {
        var log = StatisticsLog(context.engine.statistics)
        while true {
            do {
                try await clock.sleep(for: Self.statisticsInterval)
            } catch {
                return
            }
            if case .dead(let failure) = context.engine.state {
                throw ServerError(.engine, "The engine died: \(failure)")
            }
            let line = log.line(context.engine.statistics, after: Self.statisticsInterval)
            if let line, context.configuration.enableStatisticsLog { context.logger.info("\(line)") }
        }
    }

    /// Lets running requests finish, and aborts what takes too long.
    private func drain() async {
        guard !Task.isCancelled else { return }
        context.gate.beginDraining()
        let timeout = context.configuration.shutdownTimeout
        let count = context.gate.numActive
        context.logger.info("Shutting down: \(count) requests under way have \(timeout) to finish.")
        await waitUntilIdle(atMost: timeout)
        guard context.gate.numActive > 0 else { return }
        context.logger.warning("Aborting \(context.gate.numActive) requests that are not done.")
        context.engine.abortAll()
        await waitUntilIdle(atMost: Self.abortTimeout)
    }

    private func waitUntilIdle(atMost timeout: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await context.gate.waitUntilIdle() }
            group.addTask { try? await clock.sleep(for: timeout) }
            await group.next()
            group.cancelAll()
        }
    }
}
