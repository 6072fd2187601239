// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMHub

/// What a hub may say of a repository and is not believed.
@Suite struct ListingTests {
    private func failure(_ listing: String) async throws -> HubError? {
        try await HubFixture.run(listing: listing) { fixture in
            let error = try await fixture.failure()
            #expect(fixture.hub.server.requests.count == 1)
            #expect(fixture.cache.names(in: "").isEmpty)
            return error
        }
    }

    private func listing(of name: String) -> String {
        #"{"sha":"\#(FakeHub.commit)","siblings":[{"rfilename":"config.json"},{"rfilename":"\#(name)"}]}"#
    }

    private static let hostileNames = [
        "../escape", "a/../../escape", "/etc/passwd", "a//b", ".", "..", "a/./b", "", #"a\u0000b"#,
        #"..\\..\\x"#,
        #"a\u000ab"#, String(repeating: "x", count: 201), String(repeating: "a/", count: 20) + "b",
    ]

    @Test(arguments: hostileNames) func `a file name that could leave the cache is refused`(
        name: String
    ) async throws {
        let error = try await failure(listing(of: name))
        #expect(error?.kind == .response)
        #expect(error?.message.contains("a name that is refused") == true)
        #expect(error?.message.contains("\n") == false)
    }

    @Test(arguments: [
        "", "{", "[]", "{}", #"{"sha":"../../x","siblings":[]}"#, #"{"sha":7,"siblings":[]}"#,
        #"{"sha":"0123456789ABCDEF0123456789ABCDEF01234567","siblings":[]}"#,
        #"{"sha":"0123456789abcdef0123456789abcdef01234567","siblings":7}"#,
        #"{"sha":"0123456789abcdef0123456789abcdef01234567","siblings":[{"name":"x"}]}"#,
        String(repeating: "[", count: 100_000),
    ])
    func `an answer that is no listing is an error`(text: String) async throws {
        #expect(try await failure(text)?.kind == .response)
    }

    @Test func `a repository without a configuration is no checkpoint`() async throws {
        try await HubFixture.run(["model.gguf": [1]], large: []) { fixture in
            let error = try await fixture.failure()
            #expect(error?.kind == .fileNotFound)
            #expect(error?.message.contains("no config.json") == true)
        }
    }

    @Test func `an answer beyond the limit is not read`() async throws {
        try await HubFixture.run(listing: String(repeating: " ", count: 100_001)) { fixture in
            var configuration = try fixture.configuration()
            configuration.answerSizeLimit = 100_000
            let error = try await fixture.failure(configuration)
            #expect(error?.kind == .response)
            #expect(error?.message.contains("more than 100000 bytes") == true)
        }
    }

    @Test func `sizes that overflow are refused`() async throws {
        let tag = { (digit: String) in String(repeating: digit, count: 64) }
        let files = [("config.json", "a"), ("tokenizer.json", "b"), ("model.safetensors", "c")].map {
            name, digit in
            #"{"rfilename":"\#(name)","lfs":{"sha256":"\#(tag(digit))","size":\#(Int.max)}}"#
        }
        try await HubFixture.run(
            listing: #"{"sha":"\#(FakeHub.commit)","siblings":[\#(files.joined(separator: ","))]}"#
        ) { fixture in
            let failure = try await fixture.failure()
            #expect(failure?.kind == .response)
        }
    }
}
