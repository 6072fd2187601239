// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand

@Suite("ResponseParser")
struct ResponseParserTests {
    /// The body of a response, given in pieces of so many bytes.
    private func body(_ text: String, step: Int, closes: Bool = false) throws -> (String, ResponseParser) {
        var parser = ResponseParser()
        var body: [UInt8] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: step) {
            body += try parser.consume(bytes[start..<min(start + step, bytes.count)])
        }
        if closes { try parser.close() }
        return (String(decoding: body, as: UTF8.self), parser)
    }

    @Test("a body with a length is read whatever the pieces", arguments: 1...60)
    func length(step: Int) throws {
        let text = "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nX-Y:  z\r\n\r\nhello"
        let (body, parser) = try body(text, step: step)
        #expect(body == "hello")
        #expect(parser.status == 404 && parser.isComplete && parser.headers["x-y"] == "z")
    }

    @Test("a body in chunks is read whatever the pieces", arguments: 1...80)
    func chunks(step: Int) throws {
        let text =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n7\r\n, world\r\n0\r\nA: b\r\n\r\n"
        let (body, parser) = try body(text, step: step)
        #expect(body == "hello, world")
        #expect(parser.isComplete)
    }

    @Test("a body without a length ends with the connection")
    func untilClose() throws {
        let (text, parser) = try body("HTTP/1.0 200 OK\r\n\r\nall of it", step: 4, closes: true)
        #expect(text == "all of it" && parser.isComplete)
    }

    @Test("an interim response is passed over")
    func interim() throws {
        let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
        let (_, parser) = try body(text, step: 9)
        #expect(parser.status == 204 && parser.isComplete)
    }

    @Test(
        "what is not HTTP is an error",
        arguments: [
            "SSH-2.0-x\r\n", "HTTP/1.1 abc\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ])
    func malformed(text: String) {
        #expect(throws: ClientError.self) { try body(text, step: 3) }
    }

    @Test("a connection that ends too early is an error")
    func truncated() {
        #expect(throws: ClientError.self) {
            try body("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", step: 7, closes: true)
        }
    }
}
