// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand
import VLLMJSON

@Suite("ServeTarget")
struct ServeTargetTests {
    private func target(
        _ base: String, _ backend: ServeBackend = .openai, endpoint: String? = nil, headers: [String] = [],
        apiKey: String? = nil
    ) throws -> ServeTarget {
        try ServeTarget(backend: backend, base: base, endpoint: endpoint, headers: headers, apiKey: apiKey)
    }

    @Test(
        "the endpoint follows the address, and models are beside it",
        arguments: [
            ("http://h:8000", "/v1/completions", "/v1/models"),
            ("http://h:8000/", "/v1/completions", "/v1/models"),
            ("http://h:8000/v1", "/v1/completions", "/v1/models"),
            ("http://h:8000/proxy", "/proxy/v1/completions", "/proxy/v1/models"),
        ])
    func paths(base: String, path: String, models: String) throws {
        let target = try target(base)
        #expect(target.url.prefix == path && target.modelsURL.prefix == models)
        #expect(target.url.port == 8000)
    }

    @Test(
        "an endpoint of another API is refused",
        arguments: [
            (ServeBackend.openai, "/v1/chat/completions"), (.openaiChat, "/v1/completions"),
            (.vllm, "/v1/embeddings"),
            (.openai, "v1/completions"),
        ])
    func endpoints(backend: ServeBackend, endpoint: String) {
        #expect(throws: UsageError.self) { try target("http://h:1", backend, endpoint: endpoint) }
    }

    @Test("a request for a completion has vLLM's fields")
    func completion() throws {
        var target = try target("http://h:8000", headers: ["X-A=b=c"], apiKey: "key")
        target.model = "m"
        target.ignoresEOS = true
        target.extraBody = ["max_tokens": 2, "top_k": 3]
        let request = ServeRequest(prompt: .tokens([7, 8]), promptTokens: 2, outputTokens: 5)
        let text = String(decoding: target.bytes(of: request), as: UTF8.self)
        let (head, body) = try #require(
            text.firstRange(of: "\r\n\r\n").map {
                (text[..<$0.lowerBound], text[$0.upperBound...])
            })
        #expect(head.hasPrefix("POST /v1/completions HTTP/1.1\r\nHost: h:8000\r\n"))
        #expect(head.contains("\r\nX-A: b=c\r\nAuthorization: Bearer key\r\n"))
        #expect(head.hasSuffix("\r\nContent-Length: \(body.utf8.count)"))
        #expect(
            try JSONParser.parse(String(body)) == [
                "model": "m", "prompt": [7, 8], "repetition_penalty": 1.0, "max_tokens": 2, "stream": true,
                "stream_options": ["include_usage": true], "ignore_eos": true, "top_k": 3,
            ])
    }

    @Test("a request for a chat holds one message")
    func chat() throws {
        let body = try target("http://h:8000", .openaiChat)
            .body(of: ServeRequest(prompt: .text("Hi"), promptTokens: 1, outputTokens: 5))
        #expect(body["messages"] == [["role": "user", "content": "Hi"]])
        #expect(body["max_completion_tokens"] == 5 && body["ignore_eos"] == nil)
    }

    @Test("a header that would break the request is refused", arguments: ["a", "=b", "a=b\r\nc: d", "a:b=c"])
    func headers(header: String) {
        #expect(throws: UsageError.self) { try target("http://h:1", headers: [header]) }
    }

    @Test("a key with white space is refused, and one in a header comes first")
    func keys() throws {
        #expect(throws: UsageError.self) { try target("http://h:1", apiKey: "a b") }
        let own = try target("http://h:1", headers: ["authorization=Basic x"], apiKey: "key")
        #expect(own.headers.map(\.value) == ["Basic x"])
    }
}
