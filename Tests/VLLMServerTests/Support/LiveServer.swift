// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing
import VLLMEngine
import VLLMMockEngine
import VLLMServer

/// A server over a scripted engine that listens on a port of its own.
struct LiveServer {
    let port: Int
    let engine: AsyncLLM
    let group: ServiceGroup

    /// Runs a test against a server; afterwards the server has stopped and the engine is ended.
    static func run(
        _ script: MockScript = .text("Hello, world"), control: MockControl? = nil,
        server change: (inout VLLMServer.ServerConfiguration) -> Void = { _ in },
        clock: any Clock<Duration> = ContinuousClock(),
        _ body: @Sendable (LiveServer) async throws -> Void
    ) async throws {
        var mock = MockEngine.Configuration()
        (mock.script, mock.control) = (script, control)
        (mock.maxModelLen, mock.numBlocks) = (4096, 4096)
        var configuration = VLLMServer.ServerConfiguration()
        configuration.shutdownTimeout = .zero
        change(&configuration)
        let engine = try await MockEngine.start(mock)
        let reservation = try PortReservation(host: "127.0.0.1", port: 0)
        let (ready, continuation) = AsyncStream.makeStream(of: Int.self)
        let server = try APIServer(
            engine: engine, configuration: configuration, reservation: reservation,
            logger: TestServer.quietLogger,
            clock: clock, onReady: { continuation.yield($0) })
        let group = ServiceGroup(
            configuration: .init(services: [server], logger: TestServer.quietLogger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = try #require(await ready.first { _ in true })
            try await body(LiveServer(port: port, engine: engine, group: group))
            control?.open()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        await engine.shutdown()
    }

    /// Opens a connection for as long as the body runs.
    func connect<Result: Sendable>(
        _ body: @Sendable (inout RawConnection) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(ChannelOptions.socketOption(.so_rcvbuf), value: 4096)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = RawConnection(iterator: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&connection)
        }
    }

    /// Posts JSON on a connection of its own and gives the whole response.
    func post(_ path: String, _ body: String) async throws -> String {
        try await connect { connection in
            try await connection.post(path, body, headers: "Connection: close\r\n")
            return try await connection.readAll()
        }
    }
}

/// A connection that speaks bytes.
struct RawConnection {
    var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    /// What was read and not used yet.
    var buffer = ""

    /// Sends a request.
    func post(_ path: String, _ body: String, headers: String = "") async throws {
        let head =
            "POST \(path) HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\(headers)\r\n"
        try await outbound.write(ByteBuffer(string: head + body))
    }

    /// Reads until a text came, and gives everything up to its end.
    mutating func read(until text: String) async throws -> String {
        while true {
            if let range = buffer.firstRange(of: text) {
                let result = String(buffer[..<range.upperBound])
                buffer = String(buffer[range.upperBound...])
                return result
            }
            guard let bytes = try await iterator.next(isolation: #isolation) else {
                throw EndOfConnection(read: buffer)
            }
            buffer += String(buffer: bytes)
        }
    }

    /// Reads until the server closes.
    mutating func readAll() async throws -> String {
        while let bytes = try await iterator.next(isolation: #isolation) { buffer += String(buffer: bytes) }
        return buffer
    }
}

/// The server closed before what a test waits for.
struct EndOfConnection: Error {
    let read: String
}
