// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMHub

/// Where the token goes, and where a download does not go.
@Suite struct RedirectTests {
    private static let token = "hf_secret"

    @Test func `the token goes to the hub and does not follow a redirect to another host`() async throws {
        try await HubFixture.run { fixture in
            _ = try await fixture.client(token: Self.token).snapshot(of: "org/model")
            let hub = fixture.hub.server.requests
            #expect(!hub.isEmpty && hub.allSatisfy { $0["Authorization"] == "Bearer \(Self.token)" })
            let store = fixture.hub.store.requests
            #expect(!store.isEmpty && store.allSatisfy { $0["Authorization"] == nil })
            #expect(store.first?.target.hasSuffix("?signature=x%2Fy&expires=1") == true)
        }
    }

    @Test func `the token does not follow a redirect to another port of the same host`() async throws {
        let other = try await ScriptedServer(host: "127.0.0.1") { _ in .init(body: [1]) }
        try await HubFixture.run(
            ["config.json": [1], "model.safetensors": [2]],
            script: { place, request in
                guard place == .hub, request.target.hasSuffix("config.json") else { return nil }
                return .init(status: 302, headers: [("Location", "\(other.address)/config.json")])
            }
        ) { fixture in
            _ = try await fixture.client(token: Self.token).snapshot(of: "org/model")
            #expect(other.requests.count == 1)
            #expect(other.requests.allSatisfy { $0["Authorization"] == nil })
        }
        await other.stop()
    }

    @Test func `without a token none is sent`() async throws {
        try await HubFixture.run { fixture in
            _ = try await fixture.fetch()
            #expect(fixture.hub.server.requests.allSatisfy { $0["Authorization"] == nil })
        }
    }

    @Test(arguments: [
        ("https://h.test", "https://h.test/x", true), ("https://h.test", "https://o.test/x", false),
        ("https://h.test", "https://a.h.test/x", false), ("https://h.test", "https://h.test:444/x", false),
        ("https://h.test", "http://h.test/x", false), ("http://h.test", "http://h.test/x", false),
        ("http://h.test", "https://h.test/x", true),
        ("http://localhost:8080", "http://localhost:8080/x", true),
        ("http://127.0.0.1", "http://127.0.0.2/x", false),
        ("http://127.0.0.1:1", "http://127.0.0.1:2/x", false),
    ])
    func `the token is for the hub's own host alone, and never in plain text on a wire`(
        endpoint: String, url: String, isSent: Bool
    ) throws {
        let scope = TokenScope(endpoint: try #require(HubURL(endpoint)))
        #expect(scope.includes(try #require(HubURL(url))) == isSent)
    }

    @Test func `a proxy is asked for all but its exceptions`() async throws {
        let proxy = try await ScriptedServer(host: "127.0.0.1") { _ in .init(status: 502) }
        try await HubFixture.run { fixture in
            let address = proxy.address.replacing("//", with: "//user:p%40ss@")
            let settings = ["HTTP_PROXY": address, "NO_PROXY": "127.0.0.1"]
            // The store is no exception.
            let failure = try await fixture.failure(fixture.configuration(settings))
            #expect(failure?.kind == .network)
            #expect(!proxy.requests.isEmpty)
            #expect(proxy.requests.allSatisfy { $0.method == "CONNECT" })
            #expect(proxy.requests.allSatisfy { $0.target == "127.0.0.2:\(fixture.hub.store.port)" })
            // user:p@ss in base 64
            #expect(proxy.requests.allSatisfy { $0["Proxy-Authorization"] == "Basic dXNlcjpwQHNz" })
            let count = proxy.requests.count
            let direct = try await fixture.failure(
                fixture.configuration(["HTTP_PROXY": address, "NO_PROXY": "*"]))
            #expect(direct == nil)
            #expect(proxy.requests.count == count)
        }
        await proxy.stop()
    }

    @Test func `redirects without an end are an error`() async throws {
        try await HubFixture.run(script: { place, request in
            guard place == .hub, request.target.hasSuffix("config.json") else { return nil }
            return .init(status: 307, headers: [("Location", request.target)])
        }) { fixture in
            let error = try await fixture.failure()
            #expect(error?.kind == .response)
            #expect(error?.message.contains("more than 10 times") == true)
            // The first, and ten more.
            #expect(fixture.hub.server.requests.filter { $0.target.hasSuffix("config.json") }.count == 11)
        }
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.2/x", "http://user@127.0.0.2/x", "http://"])
    func `a redirect to anything but a host is refused`(location: String) async throws {
        try await HubFixture.run(script: { place, request in
            guard place == .hub, request.target.hasSuffix("config.json") else { return nil }
            return .init(status: 302, headers: [("Location", location)])
        }) { fixture in
            let failure = try await fixture.failure()
            #expect(failure?.kind == .response)
        }
    }

    @Test func `a renamed repository is found where the hub says`() async throws {
        try await HubFixture.run(script: { place, request in
            guard place == .hub, request.target.hasPrefix("/api/models/old/model/") else { return nil }
            return .init(
                status: 307, headers: [("Location", "/api/models/org/model/revision/main?blobs=true")])
        }) { fixture in
            // Its files are asked for under the old name, too, and are not there in this hub.
            await #expect(throws: HubError.self) {
                try await fixture.client().snapshot(of: "old/model")
            }
            #expect(fixture.hub.server.requests.contains { $0.target.hasPrefix("/old/model/resolve/") })
        }
    }
}
