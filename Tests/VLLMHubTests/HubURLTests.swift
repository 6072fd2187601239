// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMHub

@Suite struct HubURLTests {
    @Test(arguments: [
        ("/b?c", "https://h.test/b?c"), ("b", "https://h.test/x/b"), ("//o.test/b", "https://o.test/b"),
        ("http://o.test:81/ü?a=%2F&b", "http://o.test:81/%C3%BC?a=%2F&b"),
        ("HTTPS://O.test", "https://o.test/"),
        ("https://[::1]:8080/x#y", "https://[::1]:8080/x"), ("/q?u=http://z", "https://h.test/q?u=http://z"),
    ])
    func `a location is resolved`(location: String, expected: String) throws {
        let url = try #require(HubURL("https://h.test/x/y?z"))
        #expect(url.resolving(location)?.text == expected)
    }

    @Test(arguments: [
        "", "javascript:x", "file:///x", "https://u@x/", "https://x:0/", "a\nb", "https://%41/",
    ])
    func `what is no address is none`(location: String) throws {
        let url = try #require(HubURL("https://h.test/x"))
        #expect(url.resolving(location) == nil)
    }

    @Test func `parts of a path are encoded`() throws {
        let url = try #require(HubURL("http://h.test:8080/base/"))
        #expect(
            url.appending(["a b", "c/d", "ü?"], query: "q=1").text
                == "http://h.test:8080/base/a%20b/c%2Fd/%C3%BC%3F?q=1")
    }

    @Test func `a description keeps the query, which may hold a signature, to itself`() throws {
        let url = try #require(HubURL("https://h.test/x?signature=y"))
        #expect(url.description == "https://h.test/x")
    }

    @Test(arguments: [
        ("http://localhost", true), ("http://127.0.0.2:1", true), ("http://[::1]", true),
        ("http://127.evil.test", false), ("http://127.0.0.1.evil.test", false), ("http://10.0.0.1", false),
    ])
    func `this machine is told from others`(text: String, isLoopback: Bool) throws {
        #expect(try #require(HubURL(text)).isLoopback == isLoopback)
    }
}
