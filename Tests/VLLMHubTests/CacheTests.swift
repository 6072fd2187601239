// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing
import VLLMHub

/// Caches that are not as they should be.
@Suite struct CacheTests {
    private static let weights = HubFixture.checkpoint["model.safetensors"] ?? []

    @Test func `the disk is looked at before weights are fetched, and both figures are told`() async throws {
        try await HubFixture.run { fixture in
            var configuration = try fixture.configuration()
            configuration.freeSpace = { _ in 149_000 }
            let error = try await fixture.failure(configuration)
            #expect(error?.kind == .diskSpace)
            #expect(error?.message.contains("150.0 kB") == true)
            #expect(error?.message.contains("149.0 kB") == true)
            #expect(!fixture.hub.server.requests.contains { $0.target.contains("/resolve/") })
            configuration.freeSpace = { _ in 151_000 }
            let failure = try await fixture.failure(configuration)
            #expect(failure == nil)
            // What is here needs no room.
            configuration.freeSpace = { _ in 0 }
            let again = try await fixture.failure(configuration)
            #expect(again == nil)
        }
    }

    @Test(arguments: ["", "models--org--model", "models--org--model/blobs", "models--org--model/snapshots"])
    func `a file in place of a folder is an error that names it`(name: String) async throws {
        try await HubFixture.run { fixture in
            let place = name.isEmpty ? "cache" : "cache/\(name)"
            try fixture.cache.write([1], to: place)
            var configuration = try fixture.configuration()
            configuration.cacheRoot = "\(fixture.cache.path)/cache"
            let error = try await fixture.failure(configuration)
            #expect(error?.kind == .cache)
            #expect(error?.message.contains("\(fixture.cache.path)/\(place): Not a directory.") == true)
        }
    }

    @Test(arguments: [
        "models--org--model", "models--org--model/blobs", "models--org--model/snapshots/\(FakeHub.commit)",
    ])
    func `a folder that is a loop of links is an error that names it`(name: String) async throws {
        try await HubFixture.run { fixture in
            let last = name.split(separator: "/").last.map(String.init) ?? name
            try fixture.cache.link(name, to: last)
            let error = try await fixture.failure()
            #expect(error?.kind == .cache)
            #expect(error?.message.contains(name) == true)
            #expect(try fixture.client().cachedSnapshot(of: "org/model") == nil)
        }
    }

    @Test func `loops of links in place of files are replaced`() async throws {
        try await HubFixture.run { fixture in
            let blob = fixture.hub.blobName("model.safetensors", large: true)
            try fixture.cache.link(HubFixture.snapshot("config.json"), to: "config.json")
            try fixture.cache.link(fixture.blob("model.safetensors"), to: blob)
            try fixture.cache.link(
                "\(fixture.blob("model.safetensors")).incomplete", to: "\(blob).incomplete")
            try fixture.cache.link("\(HubFixture.folder)/refs/main", to: "main")
            #expect(try fixture.client().cachedSnapshot(of: "org/model") == nil)
            _ = try await fixture.fetch()
            #expect(fixture.cache.read(HubFixture.snapshot("model.safetensors")) == Self.weights)
            #expect(
                fixture.cache.read(HubFixture.snapshot("config.json")) == HubFixture.checkpoint["config.json"]
            )
            #expect(fixture.cache.read("\(HubFixture.folder)/refs/main") == Array(FakeHub.commit.utf8))
        }
    }

    @Test func `a link in a snapshot that leads out of the cache is not followed`() async throws {
        let outside = try TemporaryFolder()
        try outside.write([9], to: "config.json")
        let files = HubFixture.checkpoint.merging(["sub/file.json": [5]]) { $1 }
        try await HubFixture.run(files) { fixture in
            try fixture.cache.link(HubFixture.snapshot("sub"), to: outside.path)
            try fixture.cache.link(HubFixture.snapshot("config.json"), to: "\(outside.path)/config.json")
            await #expect(throws: HubError.self) { try await fixture.fetch(.everything) }
            #expect(outside.names(in: "") == ["config.json"])
            _ = try await fixture.fetch()
            #expect(outside.read("config.json") == [9])
            #expect(
                fixture.cache.read(HubFixture.snapshot("config.json")) == HubFixture.checkpoint["config.json"]
            )
        }
    }

    @Test func `a blob of another size is fetched again`() async throws {
        try await HubFixture.run { fixture in
            _ = try await fixture.fetch()
            try fixture.cache.write([1, 2, 3], to: fixture.blob("model.safetensors"))
            _ = try await fixture.fetch()
            #expect(fixture.cache.read(HubFixture.snapshot("model.safetensors")) == Self.weights)
        }
    }

    @Test func `what an earlier process left is taken up, not fetched again`() async throws {
        try await HubFixture.run { fixture in
            try fixture.cache.write(
                Array(Self.weights[..<90_000]), to: "\(fixture.blob("model.safetensors")).incomplete")
            _ = try await fixture.fetch()
            #expect(fixture.hub.store.requests.map(\.offset) == [90_000])
            #expect(fixture.cache.read(HubFixture.snapshot("model.safetensors")) == Self.weights)
        }
    }

    @Test func `a whole file that only lacks its name is not fetched`() async throws {
        try await HubFixture.run { fixture in
            try fixture.cache.write(Self.weights, to: "\(fixture.blob("model.safetensors")).incomplete")
            _ = try await fixture.fetch()
            #expect(fixture.hub.store.requests.isEmpty)
            #expect(fixture.cache.read(HubFixture.snapshot("model.safetensors")) == Self.weights)
        }
    }

    @Test(arguments: [1000, 150_000, 200_000])
    func `rubbish that an earlier process left does no harm`(count: Int) async throws {
        try await HubFixture.run { fixture in
            try fixture.cache.write(
                HubFixture.bytes(count, seed: 77), to: "\(fixture.blob("model.safetensors")).incomplete")
            _ = try await fixture.fetch()
            #expect(fixture.cache.read(HubFixture.snapshot("model.safetensors")) == Self.weights)
        }
    }

    @Test func `copies in place of links are taken as they are`() async throws {
        var files = HubFixture.checkpoint
        files["model.safetensors.index.json"] = Array(#"{"weight_map":{"x":"model.safetensors"}}"#.utf8)
        try await HubFixture.run(files) { fixture in
            for name in [
                "config.json", "tokenizer.json", "model.safetensors", "model.safetensors.index.json",
            ] {
                try fixture.cache.write(files[name] ?? [], to: HubFixture.snapshot(name))
            }
            _ = try await fixture.fetch()
            #expect(fixture.hub.server.requests.count == 1)
            #expect(fixture.cache.names(in: "\(HubFixture.folder)/blobs").isEmpty)
        }
    }

    @Test func `a reference that names no commit is not believed`() async throws {
        try await HubFixture.run { fixture in
            _ = try await fixture.fetch()
            for content in ["", "../../../etc", String(repeating: "0", count: 5000)] {
                try fixture.cache.write(Array(content.utf8), to: "\(HubFixture.folder)/refs/main")
                #expect(try fixture.client().cachedSnapshot(of: "org/model") == nil)
            }
            _ = try await fixture.fetch()
            #expect(try fixture.client().cachedSnapshot(of: "org/model") != nil)
        }
    }

    @Test func `a snapshot that lacks a shard is not complete`() async throws {
        let files: [String: [UInt8]] = [
            "config.json": [1], "tokenizer.json": [1], "a.safetensors": [2], "b.safetensors": [3],
            "model.safetensors.index.json": Array(
                #"{"weight_map":{"x":"a.safetensors","y":"b.safetensors"}}"#.utf8),
        ]
        try await HubFixture.run(files, large: []) { fixture in
            let path = try await fixture.fetch()
            let client = try fixture.client()
            #expect(try client.cachedSnapshot(of: "org/model", revision: FakeHub.commit) == path)
            fixture.cache.remove(HubFixture.snapshot("b.safetensors"))
            #expect(try client.cachedSnapshot(of: "org/model", revision: FakeHub.commit) == nil)
            #expect(try client.cachedSnapshot(of: "org/model", wanting: .tokenizer) == path)
            // The commit alone does not make it complete: the hub is asked.
            #expect(try await client.snapshot(of: "org/model", revision: FakeHub.commit) == path)
            #expect(fixture.cache.read(HubFixture.snapshot("b.safetensors")) == [3])
        }
    }
}
