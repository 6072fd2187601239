// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Testing
import VLLMEngine
import VLLMJSON
import VLLMMockEngine
import VLLMServer

/// A server over a scripted engine, asked without a socket.
struct TestServer {
    let responder: APIResponder
    let engine: AsyncLLM

    /// Runs a test against a server and ends the engine.
    static func run(
        _ script: MockScript = .text("Hello, world"),
        mock change: (inout MockEngine.Configuration) -> Void = { _ in },
        server changeServer: (inout VLLMServer.ServerConfiguration) -> Void = { _ in },
        _ body: @Sendable (TestServer) async throws -> Void
    ) async throws {
        var mock = MockEngine.Configuration()
        mock.script = script
        change(&mock)
        var configuration = VLLMServer.ServerConfiguration()
        changeServer(&configuration)
        let engine = try await MockEngine.start(mock)
        let server = try APIServer(
            engine: engine, configuration: configuration,
            reservation: PortReservation(host: "127.0.0.1", port: 0), logger: quietLogger)
        try await body(TestServer(responder: server.responder, engine: engine))
        mock.control?.open()
        await engine.shutdown()
    }

    /// A logger that says nothing.
    static var quietLogger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    /// Posts JSON and gives the response.
    func post(_ path: String, _ body: JSONValue, headers: HTTPFields = [:]) async throws -> Answer {
        try await post(path, bytes: JSONWriter().bytes(body), headers: headers)
    }

    /// Posts bytes, as JSON unless the headers say otherwise.
    func post(_ path: String, bytes: [UInt8], headers: HTTPFields = [:]) async throws -> Answer {
        var headers = headers
        if headers[.contentType] == nil { headers[.contentType] = "application/json" }
        return try await send(path, .post, headers, ByteBuffer(bytes: bytes))
    }

    /// Gets a path.
    func get(_ path: String, headers: HTTPFields = [:]) async throws -> Answer {
        try await send(path, .get, headers, nil)
    }

    func send(
        _ path: String, _ method: HTTPRequest.Method, _ headers: HTTPFields, _ body: ByteBuffer?
    ) async throws -> Answer {
        let head = HTTPRequest(
            method: method, scheme: "http", authority: "localhost", path: path, headerFields: headers)
        let request = Request(head: head, body: RequestBody(buffer: body ?? ByteBuffer()))
        let response = await responder.respond(to: request)
        let collector = BodyCollector()
        try await response.body.write(collector)
        #expect(collector.isFinished)
        return Answer(status: response.status.code, headers: response.headers, text: collector.text)
    }
}

/// What a server answered.
struct Answer {
    let status: Int
    let headers: HTTPFields
    let text: String

    /// The body as JSON.
    var json: JSONValue { (try? JSONParser.parse(text)) ?? .null }

    /// The JSON of the events of a stream, without the last, which must be `[DONE]`.
    var events: [JSONValue] {
        get throws {
            var lines = text.components(separatedBy: "\n\n")
            #expect(lines.popLast() == "")
            #expect(lines.popLast() == "data: [DONE]")
            return try lines.map { line in
                #expect(line.hasPrefix("data: "))
                return try JSONParser.parse(String(line.dropFirst(6)))
            }
        }
    }
}

extension String {
    /// The parts between separators, empty ones too.
    func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
