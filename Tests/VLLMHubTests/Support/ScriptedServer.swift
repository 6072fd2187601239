// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP/1.1 server on a loopback address that answers each request as a test says, wrongly if it says so.
final class ScriptedServer: Sendable {
    /// A request's head.
    struct Request: Sendable {
        let method: String
        /// Path and query; the whole address where the server is asked as a proxy.
        let target: String
        let headers: HTTPHeaders

        /// A header.
        subscript(name: String) -> String? { headers.first(name: name) }

        /// The first byte that is asked for.
        var offset: Int {
            self["Range"].flatMap { Int($0.dropFirst("bytes=".count).prefix { $0 != "-" }) } ?? 0
        }
    }

    /// How an answer ends.
    enum Ending: Sendable {
        /// With its last byte.
        case whole
        /// With a closed connection after some bytes of the body.
        case drop(after: Int)
        /// Never: after some bytes of the body there is silence, of which the test is told.
        case silence(after: Int, then: @Sendable () -> Void = {})
    }

    /// An answer.
    struct Reply: Sendable {
        var status = 200
        var headers: [(String, String)] = []
        var body: [UInt8] = []
        /// False for a body whose length is not announced.
        var announcesLength = true
        var ending = Ending.whole
    }

    /// The host.
    let host: String
    /// The port.
    let port: Int
    private let channel: any Channel
    private let log: Log

    /// What was asked.
    private final class Log: Sendable {
        let requests = Mutex<[Request]>([])
    }

    /// Starts to listen.
    init(host: String, respond: @escaping @Sendable (Request) -> Reply) async throws {
        let log = Log()
        self.log = log
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        ScriptedHandler { request in
                            log.requests.withLock { $0.append(request) }
                            return respond(request)
                        })
                }
            }
            .bind(host: host, port: 0).get()
        self.host = host
        port = channel.localAddress?.port ?? 0
    }

    /// The server's address.
    var address: String { "http://\(host):\(port)" }

    /// What was asked so far.
    var requests: [Request] { log.requests.withLock { $0 } }

    /// Stops to listen.
    func stop() async { try? await channel.close().get() }
}
