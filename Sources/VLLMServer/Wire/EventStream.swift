// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import NIOCore
import VLLMJSON
import VLLMTypes

/// Writes server-sent events, one JSON object each.
///
/// The head of all chunks of a response is made once; a chunk is one buffer and one write.
struct EventStream {
    private var writer: any ResponseBodyWriter
    private var bytes: [UInt8] = []
    private let head: [UInt8]
    private let json = JSONWriter()

    /// Starts a stream.
    ///
    /// - Parameter head: the members that all chunks begin with.
    init(_ writer: any ResponseBodyWriter, head: JSONObject) {
        self.writer = writer
        var bytes = Array("data: ".utf8)
        JSONWriter().write(head, into: &bytes)
        bytes.removeLast()
        bytes.append(contentsOf: ",\"choices\":[".utf8)
        self.head = bytes
    }

    /// Sends a chunk.
    ///
    /// - Parameters:
    ///   - choice: the chunk's one choice; nil for the chunk that holds the usage alone.
    ///   - tail: members behind the choices.
    @concurrent mutating func send(choice: JSONObject?, tail: JSONObject = [:]) async throws {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: head)
        if let choice { json.write(choice, into: &bytes) }
        bytes.append(UInt8(ascii: "]"))
        for (key, value) in tail {
            bytes.append(UInt8(ascii: ","))
            JSONWriter.write(key, into: &bytes)
            bytes.append(UInt8(ascii: ":"))
            json.write(value, into: &bytes)
        }
        bytes.append(contentsOf: "}\n\n".utf8)
        try await writer.write(ByteBuffer(bytes: bytes))
    }

    /// Sends an error; only the end may follow.
    @concurrent mutating func send(_ error: APIError) async throws {
        bytes = Array("data: ".utf8) + json.bytes(error.json) + Array("\n\n".utf8)
        try await writer.write(ByteBuffer(bytes: bytes))
    }

    /// Ends the stream.
    @concurrent consuming func finish() async throws {
        try await writer.write(ByteBuffer(string: "data: [DONE]\n\n"))
        try await writer.finish(nil)
    }

    /// A response whose events `body` sends; what the engine fails with becomes the last event.
    static func response(
        head: JSONObject, _ body: @escaping @Sendable @concurrent (inout EventStream) async throws -> Void
    ) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache"],
            body: ResponseBody { writer in
                var events = EventStream(writer, head: head)
                do {
                    try await body(&events)
                } catch let error as RequestError {
                    try await events.send(APIError(error))
                } catch let error as APIError {
                    try await events.send(error)
                }
                try await events.finish()
            })
    }
}
