// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMHub

/// What servers and networks do wrong.
@Suite struct FaultTests {
    private static let weights = HubFixture.checkpoint["model.safetensors"] ?? []

    /// Runs a fetch in which the host of the weights answers its n-th request as a script says.
    private func fetch(
        clock: TestClock = TestClock(),
        _ script: @escaping @Sendable (Int, ScriptedServer.Request) -> ScriptedServer.Reply?,
        _ check: (HubFixture) async throws -> Void = { _ in }
    ) async throws {
        let counter = Counter()
        try await HubFixture.run(
            clock: clock,
            script: { place, request in place == .store ? script(counter.next(), request) : nil }
        ) { fixture in
            _ = try await fixture.fetch()
            #expect(fixture.cache.read(HubFixture.snapshot("model.safetensors")) == Self.weights)
            #expect(
                !fixture.cache.names(in: "\(HubFixture.folder)/blobs").contains {
                    $0.hasSuffix(".incomplete")
                })
            try await check(fixture)
        }
    }

    private static func content(_ request: ScriptedServer.Request) -> ScriptedServer.Reply {
        FakeHub.content(weights, request, tag: "\"store\"")
    }

    @Test func `a dropped connection is taken up where it broke`() async throws {
        try await fetch { count, request in
            var reply = Self.content(request)
            if count == 1 { reply.ending = .drop(after: 100_000) }
            return reply
        } _: { fixture in
            let requests = fixture.hub.store.requests
            #expect(requests.count == 2)
            // What was on its way when the connection broke is lost.
            #expect((1...100_000).contains(requests.last?.offset ?? 0))
            #expect(requests.last?["If-Range"] == "\"store\"")
            #expect(fixture.clock.pauses.count == 1)
        }
    }

    @Test func `a body that ends early without a word is taken up where it ended`() async throws {
        try await fetch { count, request in
            var reply = Self.content(request)
            guard count == 1 else { return reply }
            reply.body = Array(reply.body.prefix(60_000))
            reply.announcesLength = false
            reply.headers.append(("Transfer-Encoding", "chunked"))
            return reply
        } _: { fixture in
            #expect(fixture.hub.store.requests.last?.offset == 60_000)
        }
    }

    @Test func `silence ends an attempt, and the next goes on`() async throws {
        let counter = Counter()
        let clock = TestClock()
        try await HubFixture.run(
            clock: clock,
            script: { place, request in
                guard place == .store, counter.next() == 1 else { return nil }
                var reply = Self.content(request)
                reply.ending = .silence(after: 50_000) { clock.letSilenceBeNoticed() }
                return reply
            }
        ) { fixture in
            // The weights are left for a download of their own, so that nothing else is silent.
            _ = try await fixture.fetch(.tokenizer)
            _ = try await fixture.fetch()
            #expect(fixture.hub.store.requests.count == 2)
            #expect((fixture.hub.store.requests.last?.offset ?? .max) <= 50_000)
            #expect(clock.pauses.count == 1)
            #expect(fixture.cache.read(HubFixture.snapshot("model.safetensors")) == Self.weights)
        }
    }

    @Test func `a server that knows no ranges sends the whole file again`() async throws {
        try await fetch { count, request in
            var reply = ScriptedServer.Reply(body: Self.weights)
            if count == 1 { reply.ending = .drop(after: 70_000) }
            return reply
        } _: { fixture in
            let offsets = fixture.hub.store.requests.map(\.offset)
            #expect(offsets.count == 2 && (1...70_000).contains(offsets[1]))
        }
    }

    @Test func `another range than the one that was asked for is not believed`() async throws {
        try await fetch { count, request in
            var reply = Self.content(request)
            if count == 1 { reply.ending = .drop(after: 70_000) }
            if count == 2 {
                reply.headers = [("Content-Range", "bytes \(request.offset - 1)-149999/150000")]
                reply.body = Array(Self.weights[(request.offset - 1)...])
            }
            return reply
        } _: { fixture in
            let offsets = fixture.hub.store.requests.map(\.offset)
            #expect(offsets.count == 3 && (1...70_000).contains(offsets[1]) && offsets[2] == 0)
        }
    }

    @Test func `416 starts the file anew`() async throws {
        try await fetch { count, request in
            if count == 2 { return .init(status: 416, headers: [("Content-Range", "bytes */150000")]) }
            var reply = Self.content(request)
            if count == 1 { reply.ending = .drop(after: 70_000) }
            return reply
        } _: { fixture in
            let offsets = fixture.hub.store.requests.map(\.offset)
            #expect(offsets.count == 3 && (1...70_000).contains(offsets[1]) && offsets[2] == 0)
        }
    }

    @Test(arguments: [408, 429, 500, 502, 503, 504])
    func `a status that may pass is tried again, later each time`(status: Int) async throws {
        try await fetch { count, _ in
            count < 4 ? .init(status: status) : nil
        } _: { fixture in
            // 0.5, 1 and 2 seconds, of which a half is certain and the other half is drawn to be 0.5.
            #expect(fixture.clock.pauses == [.milliseconds(375), .milliseconds(750), .milliseconds(1500)])
        }
    }

    @Test func `Retry-After is never undercut`() async throws {
        try await fetch { count, _ in
            switch count {
            case 1: .init(status: 429, headers: [("Retry-After", "7")])
            case 2: .init(status: 503, headers: [("Retry-After", "Sun, 06 Nov 1994 08:49:57 GMT")])
            case 3: .init(status: 429, headers: [("RateLimit", "\"api\";r=0;t=11")])
            default: nil
            }
        } _: { fixture in
            #expect(
                fixture.clock.pauses == [.milliseconds(7250), .milliseconds(20250), .milliseconds(11250)])
        }
    }

    @Test func `a server that asks to wait for hours is given up at once`() async throws {
        try await HubFixture.run(script: { place, _ in
            place == .store ? .init(status: 429, headers: [("Retry-After", "36000")]) : nil
        }) { fixture in
            let error = try await fixture.failure()
            #expect(error?.kind == .rateLimited)
            #expect(error?.message.contains("36000 seconds") == true)
            #expect(fixture.clock.pauses.isEmpty)
        }
    }

    @Test func `errors that stay are given up after some attempts`() async throws {
        try await HubFixture.run(script: { place, _ in
            place == .store ? .init(status: 503, headers: [("X-Error-Message", "over capacity")]) : nil
        }) { fixture in
            let error = try await fixture.failure()
            #expect(error?.kind == .network)
            #expect(error?.message.contains("503: over capacity. Given up after 5 attempts.") == true)
            #expect(fixture.hub.store.requests.count == 5)
            #expect(fixture.cache.read("\(HubFixture.folder)/refs/main") == nil)
        }
    }

    @Test func `a signed address that has run out is asked for anew`() async throws {
        try await fetch { count, _ in
            count == 1 ? .init(status: 403) : nil
        } _: { fixture in
            #expect(
                fixture.hub.server.requests.filter { $0.target.hasSuffix("model.safetensors") }.count == 2)
        }
    }

    @Test func `wrong bytes are fetched once more`() async throws {
        try await fetch { count, request in
            var reply = Self.content(request)
            if count == 1 { reply.body[77] ^= 1 }
            return reply
        } _: { fixture in
            #expect(fixture.hub.store.requests.map(\.offset) == [0, 0])
        }
    }

    @Test(arguments: ["model.safetensors", "config.json"])
    func `bytes that stay wrong are an error and never in the cache`(name: String) async throws {
        try await HubFixture.run(script: { place, request in
            let isLarge = name == "model.safetensors"
            guard request.target.hasSuffix(name) || isLarge && place == .store, isLarge == (place == .store)
            else {
                return nil
            }
            var bytes = HubFixture.checkpoint[name] ?? []
            bytes[3] ^= 0x20
            return .init(body: bytes)
        }) { fixture in
            let error = try await fixture.failure()
            #expect(error?.kind == .checksum)
            #expect(fixture.cache.read(fixture.blob(name, large: name == "model.safetensors")) == nil)
            #expect(fixture.cache.names(in: HubFixture.snapshot()).isEmpty)
        }
    }

    @Test func `more bytes than announced are refused`() async throws {
        try await HubFixture.run(script: { place, _ in
            guard place == .store else { return nil }
            return .init(
                headers: [("Transfer-Encoding", "chunked")], body: Self.weights + [0], announcesLength: false)
        }) { fixture in
            let error = try await fixture.failure()
            #expect(error?.kind == .response)
            #expect(error?.message.contains("150000 bytes, but more come") == true)
        }
    }

    @Test func `a file that is another than the listing says is refused before it is fetched`() async throws {
        try await HubFixture.run(script: { place, request in
            guard place == .hub, request.target.hasSuffix("model.safetensors") else { return nil }
            let tag = String(repeating: "b", count: 64)
            return .init(status: 302, headers: [("Location", "/elsewhere"), ("X-Linked-Etag", "\"\(tag)\"")])
        }) { fixture in
            let failure = try await fixture.failure()
            #expect(failure?.kind == .checksum)
        }
    }

    @Test func `a host that nobody listens at is tried again and then named`() async throws {
        try await HubFixture.run { fixture in
            await fixture.hub.server.stop()
            let error = try await fixture.failure()
            #expect(error?.kind == .network)
            #expect(error?.message.contains("\(fixture.hub.server.port)") == true)
            #expect(fixture.clock.pauses.count == 4)
        }
    }
}
