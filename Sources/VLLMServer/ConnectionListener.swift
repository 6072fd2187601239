// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// Accepts connections at a reserved port and speaks HTTP/1.1 with each of them.
///
/// A connection's requests are answered one after the other in one task. When the client closes the connection, or
/// half of it, the task is cancelled, and with it whatever the engine does for the request.
struct ConnectionListener {
    private static let backlog = 2048

    private let channel: any Channel
    private let http: HTTP1Channel
    private let logger: Logger
    private let connections: AsyncStream<HTTP1Channel.Value>
    private let continuation: AsyncStream<HTTP1Channel.Value>.Continuation

    /// Starts to listen.
    init(
        _ reservation: PortReservation, group: any EventLoopGroup, configuration: ServerConfiguration,
        logger: Logger, respond: @escaping @Sendable (Request) async -> Response, gate: RequestGate
    ) async throws {
        self.logger = logger
        let limits = DeadlineHandler.Limits(configuration)
        let http = HTTP1Channel(
            responder: { request, writer, _ in
                // The request counts until its last byte is handed over, so that a server about to stop waits for it.
                gate.enter()
                defer { gate.leave() }
                if Self.awaitsContinue(request, limit: configuration.maxRequestBodySize) {
                    try await writer.writeInformationalHead(HTTPResponse(status: .continue))
                }
                let response = await respond(request)
                try await writer.write(response: response.head, body: response.body)
            }, configuration: .init(idleTimeout: limits.head))
        self.http = http
        let (connections, continuation) = AsyncStream.makeStream(of: HTTP1Channel.Value.self)
        (self.connections, self.continuation) = (connections, continuation)
        let descriptor = try reservation.listen(backlog: Self.backlog)
        channel = try await ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptFailureHandler(logger: logger))
                }
            }
            // A client that closes its half is gone: the channel closes, and the request is cancelled.
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: false)
            .childChannelInitializer { channel in
                http.setup(channel: channel, logger: logger).flatMapThrowing { connection in
                    let pipeline = channel.pipeline.syncOperations
                    let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
                    try pipeline.addHandler(HTTPVersionHandler(), position: .after(decoder))
                    try pipeline.addHandler(DeadlineHandler(limits), position: .after(decoder))
                    Self.hand(connection, to: continuation, http: http, logger: logger)
                }
            }
            .withBoundSocket(descriptor).get()
    }

    /// Serves connections until the task is cancelled.
    func run() async {
        // Every connection that was accepted has to be run, or its channel would be let go of while it is open, which
        // traps. So the loop ends when the socket is closed and all that was accepted before has been taken.
        let serving = Task {
            await withDiscardingTaskGroup { group in
                for await connection in connections {
                    group.addTask { await Self.serve(connection, http: http, logger: logger) }
                }
                group.cancelAll()
            }
        }
        await withTaskCancellationHandler {
            try? await channel.closeFuture.get()
            continuation.finish()
            await serving.value
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    /// True where the client waits to be told that its body is wanted, and it may be.
    private static func awaitsContinue(_ request: Request, limit: Int) -> Bool {
        guard request.headers[.expect]?.lowercased() == "100-continue" else { return false }
        return request.headers[.contentLength].flatMap { Int($0) } ?? 0 <= limit
    }

    /// Hands a connection to the loop, or ends it where that is over.
    private static func hand(
        _ connection: HTTP1Channel.Value, to continuation: AsyncStream<HTTP1Channel.Value>.Continuation,
        http: HTTP1Channel, logger: Logger
    ) {
        guard case .terminated = continuation.yield(connection) else { return }
        Task { await serve(connection, http: http, logger: logger) }.cancel()
    }

    private static func serve(_ connection: HTTP1Channel.Value, http: HTTP1Channel, logger: Logger) async {
        let closed = connection.channel.closeFuture
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await http.handle(value: connection, logger: logger) }
            group.addTask { try? await closed.get() }
            await group.next()
            group.cancelAll()
        }
    }
}
