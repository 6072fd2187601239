// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

/// Accepts connections at a reserved port and speaks HTTP/1.1 with each of them.
///
/// A connection's requests are answered one after the other in one task. When the client closes the connection, or
/// half of it, the task is cancelled, and with it whatever the engine does for the request.
struct ConnectionListener {
    private let channel: NIOAsyncChannel<HTTP1Channel.Value, Never>
    private let http: HTTP1Channel
    private let logger: Logger

    /// Starts to listen.
    init(
        _ reservation: PortReservation, group: any EventLoopGroup, keepAlive: Duration, logger: Logger,
        respond: @escaping @Sendable (Request) async -> Response, gate: RequestGate
    ) async throws {
        self.logger = logger
        let (seconds, attoseconds) = keepAlive.components
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        let http = HTTP1Channel(
            responder: { request, writer, _ in
                // The request counts until its last byte is handed over, so that a server about to stop waits for it.
                gate.enter()
                defer { gate.leave() }
                if request.headers[.expect]?.lowercased() == "100-continue" {
                    try await writer.writeInformationalHead(HTTPResponse(status: .continue))
                }
                let response = await respond(request)
                try await writer.write(response: response.head, body: response.body)
            }, configuration: .init(idleTimeout: .nanoseconds(nanoseconds)))
        self.http = http
        let descriptor = try reservation.listen(backlog: 1024)
        channel = try await ServerBootstrap(group: group)
            // A client that closes its half is gone: the channel closes, and the request is cancelled.
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: false)
            .bind(descriptor) { channel in http.setup(channel: channel, logger: logger) }
    }

    /// Serves connections until the task is cancelled.
    func run() async {
        do {
            try await channel.executeThenClose { inbound in
                await withDiscardingTaskGroup { group in
                    do {
                        for try await connection in inbound { group.addTask { await serve(connection) } }
                    } catch is CancellationError {
                        // The server is done.
                    } catch {
                        logger.error("Accepting connections failed: \(error)")
                    }
                }
            }
        } catch {
            logger.debug("The listening socket was closed: \(error)")
        }
    }

    private func serve(_ connection: HTTP1Channel.Value) async {
        let closed = connection.channel.closeFuture
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await http.handle(value: connection, logger: logger) }
            group.addTask { try? await closed.get() }
            await group.next()
            group.cancelAll()
        }
    }
}
