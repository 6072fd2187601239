// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand

@Suite("ServerURL")
struct ServerURLTests {
    @Test(
        "an URL is taken apart",
        arguments: [
            ("http://localhost:8000/v1", "localhost", 8000, "/v1"),
            ("http://localhost:8000", "localhost", 8000, "/v1"),
            ("HTTP://h/", "h", 80, "/v1"), ("10.0.0.1:99/a/b/", "10.0.0.1", 99, "/a/b"),
            ("http://[::1]:8000/v1/", "::1", 8000, "/v1"), ("http://[::1]", "::1", 80, "/v1"),
        ])
    func accepts(text: String, host: String, port: Int, prefix: String) throws {
        let url = try ServerURL(text)
        #expect(url.host == host && url.port == port && url.prefix == prefix)
    }

    @Test("an IPv6 address stands in brackets in the header")
    func authority() throws {
        #expect(try ServerURL("http://[::1]:1").authority == "[::1]:1")
    }

    @Test(
        "anything else is refused",
        arguments: [
            "https://h/v1", "ftp://h", "http://", "http://:80", "http://h:0", "http://h:65536", "http://h:x",
            "h:1:2/ x",
            "http://user@h", "http://h/a\r\nb",
        ])
    func refuses(text: String) {
        #expect(throws: UsageError.self) { try ServerURL(text) }
    }
}
