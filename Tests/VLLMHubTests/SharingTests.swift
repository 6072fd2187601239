// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
import Testing
import VLLMHub

/// Several at one cache, and one that stops.
@Suite struct SharingTests {
    private static let weights = HubFixture.bytes(3 << 20, seed: 8)
    private static let files: [String: [UInt8]] = [
        "config.json": [1], "tokenizer.json": [2], "model.safetensors": weights,
    ]

    @Test func `two that fetch the same model at once share one download`() async throws {
        try await HubFixture.run(Self.files) { fixture in
            async let first = fixture.fetch()
            async let second = fixture.fetch()
            let paths = try await [first, second]
            #expect(paths[0] == paths[1])
            let resolved = fixture.hub.server.requests.filter { $0.target.contains("/resolve/") }.map(
                \.target)
            #expect(resolved.count == 3)
            #expect(Set(resolved).count == 3)
            #expect(fixture.hub.store.requests.count == 1)
            #expect(fixture.cache.read(HubFixture.snapshot("model.safetensors")) == Self.weights)
        }
    }

    @Test func `who finds the lock taken waits, and takes what the other process fetched`() async throws {
        let cache = try TemporaryFolder()
        let name = FakeHub.sha256(Self.weights)
        let lock = ".locks/\(HubFixture.folder)/\(name).lock"
        try cache.write([], to: lock)
        let held = unsafe open("\(cache.path)/\(lock)", O_RDWR | O_CLOEXEC)
        #expect(flock(held, LOCK_EX | LOCK_NB) == 0)
        let counter = Counter()
        let clock = TestClock { _ in
            // At the third look the other process is done.
            guard counter.next() == 3 else { return }
            try? cache.write(Self.weights, to: "\(HubFixture.folder)/blobs/\(name)")
            close(held)
        }
        try await HubFixture.run(Self.files, clock: clock, cache: cache) { fixture in
            _ = try await fixture.fetch()
            #expect(fixture.hub.store.requests.isEmpty)
            #expect(clock.pauses == [.milliseconds(50), .milliseconds(100), .milliseconds(200)])
            #expect(cache.read(HubFixture.snapshot("model.safetensors")) == Self.weights)
        }
    }

    @Test func `when the other process dies its download is taken up`() async throws {
        let cache = try TemporaryFolder()
        let name = FakeHub.sha256(Self.weights)
        let lock = ".locks/\(HubFixture.folder)/\(name).lock"
        try cache.write([], to: lock)
        let held = unsafe open("\(cache.path)/\(lock)", O_RDWR | O_CLOEXEC)
        #expect(flock(held, LOCK_EX | LOCK_NB) == 0)
        let counter = Counter()
        let clock = TestClock { _ in
            guard counter.next() == 2 else { return }
            try? cache.write(
                Array(Self.weights[..<2_000_000]), to: "\(HubFixture.folder)/blobs/\(name).incomplete")
            close(held)
        }
        try await HubFixture.run(Self.files, clock: clock, cache: cache) { fixture in
            _ = try await fixture.fetch()
            #expect(fixture.hub.store.requests.map(\.offset) == [2_000_000])
            #expect(cache.read(HubFixture.snapshot("model.safetensors")) == Self.weights)
        }
    }

    @Test func `a cancelled download stops, shows nothing half done, and is taken up later`() async throws {
        let counter = Counter()
        try await HubFixture.run(
            Self.files,
            script: { place, request in
                guard place == .store, counter.next() == 1 else { return nil }
                // Without the cancellation this would wait for ever.
                var reply = FakeHub.content(Self.weights, request, tag: "\"store\"")
                reply.ending = .silence(after: 2 << 20)
                return reply
            }
        ) { fixture in
            let client = try fixture.client()
            let gate = Gate()
            let running = Task {
                try await client.snapshot(of: "org/model") { progress in
                    if progress.receivedBytes > 1 << 20 { gate.open() }
                }
            }
            await gate.wait()
            running.cancel()
            let error = await #expect(throws: HubError.self) { try await running.value }
            #expect(error?.kind == .cancelled)
            let partial = try #require(fixture.cache.read("\(fixture.blob("model.safetensors")).incomplete"))
            #expect(partial.count > 1 << 20)
            #expect(partial == Array(Self.weights[..<partial.count]))
            #expect(fixture.cache.read(fixture.blob("model.safetensors")) == nil)
            #expect(fixture.cache.names(in: "\(HubFixture.folder)/snapshots").isEmpty)
            #expect(fixture.cache.names(in: "\(HubFixture.folder)/refs").isEmpty)
            #expect(try client.cachedSnapshot(of: "org/model") == nil)

            _ = try await fixture.fetch()
            #expect(fixture.hub.store.requests.map(\.offset) == [0, partial.count])
            #expect(fixture.cache.read(HubFixture.snapshot("model.safetensors")) == Self.weights)
        }
    }

    @Test func `who waits for a lock can be cancelled`() async throws {
        let cache = try TemporaryFolder()
        let lock = ".locks/\(HubFixture.folder)/\(FakeHub.sha256(Self.weights)).lock"
        try cache.write([], to: lock)
        let held = unsafe open("\(cache.path)/\(lock)", O_RDWR | O_CLOEXEC)
        defer { close(held) }
        #expect(flock(held, LOCK_EX | LOCK_NB) == 0)
        let gate = Gate()
        let clock = TestClock { _ in gate.open() }
        try await HubFixture.run(Self.files, clock: clock, cache: cache) { fixture in
            let running = Task { try await fixture.fetch() }
            await gate.wait()
            running.cancel()
            let error = await #expect(throws: HubError.self) { try await running.value }
            #expect(error?.kind == .cancelled)
            #expect(fixture.hub.store.requests.isEmpty)
        }
    }

    @Test func `one file's error ends the others`() async throws {
        try await HubFixture.run(
            Self.files,
            script: { place, request in
                if place == .store {
                    var reply = FakeHub.content(Self.weights, request, tag: "\"store\"")
                    reply.ending = .silence(after: 1000)
                    return reply
                }
                guard request.target.hasSuffix("tokenizer.json") else { return nil }
                return .init(status: 403, headers: [("X-Error-Code", "GatedRepo")])
            }
        ) { fixture in
            let failure = try await fixture.failure()
            #expect(failure?.kind == .gated)
        }
    }

    @Test func `no more files are fetched at once than allowed`() async throws {
        var files: [String: [UInt8]] = [:]
        for number in 0..<20 {
            files["file-\(number)"] = HubFixture.bytes(20_000, seed: UInt64(100 + number))
        }
        try await HubFixture.run(files, large: []) { fixture in
            var configuration = try fixture.configuration()
            configuration.maxConcurrentFiles = 1
            _ = try await HubClient(configuration).snapshot(of: "org/model", wanting: .everything)
            let order = fixture.hub.server.requests.filter { $0.target.contains("/resolve/") }.map(\.target)
            #expect(order.count == 20)
            #expect(fixture.cache.names(in: HubFixture.snapshot()).count == 20)
        }
    }
}
