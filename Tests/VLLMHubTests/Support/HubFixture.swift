// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Logging
import VLLMHub

/// A hub, an empty cache and a time of its own.
struct HubFixture: Sendable {
    /// The hub.
    let hub: FakeHub
    /// The cache.
    let cache: TemporaryFolder
    /// The time.
    let clock: TestClock

    /// A checkpoint whose weights are at the other host.
    static let checkpoint: [String: [UInt8]] = [
        "config.json": Array(#"{"model_type":"test"}"#.utf8),
        "tokenizer.json": Array("{}".utf8),
        "model.safetensors": bytes(150_000, seed: 1),
        "README.md": Array("# A model".utf8),
        "pytorch_model.bin": bytes(1000, seed: 2),
        "onnx/model.onnx": bytes(1000, seed: 3),
    ]

    /// Bytes without a pattern that a wrong offset could repeat.
    static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }

    /// Runs a test with a hub.
    static func run<Value>(
        _ files: [String: [UInt8]] = checkpoint, large: Set<String> = ["model.safetensors"],
        listing: String? = nil,
        clock: TestClock = TestClock(), cache: TemporaryFolder? = nil,
        script: @escaping FakeHub.Script = { _, _ in nil }, _ body: (HubFixture) async throws -> Value
    ) async throws -> Value {
        let hub = try await FakeHub(files, large: large, listing: listing, script: script)
        let fixture = HubFixture(hub: hub, cache: try cache ?? TemporaryFolder(), clock: clock)
        do {
            let value = try await body(fixture)
            await hub.stop()
            return value
        } catch {
            await hub.stop()
            throw error
        }
    }

    /// The settings for this hub and cache.
    func configuration(token: String? = nil, _ environment: [String: String] = [:]) throws -> HubConfiguration
    {
        var configuration = try HubConfiguration(
            environment: environment, token: token, endpoint: hub.server.address, cacheRoot: cache.path)
        configuration.clock = clock
        configuration.logger.logLevel = .critical
        return configuration
    }

    /// A client.
    func client(token: String? = nil) throws -> HubClient { HubClient(try configuration(token: token)) }

    /// Fetches the model.
    func fetch(_ selection: FileSelection = .checkpoint()) async throws -> String {
        try await client().snapshot(of: "org/model", wanting: selection)
    }

    /// The error that fetching the model ends with.
    func failure(_ configuration: HubConfiguration? = nil, revision: String? = nil) async throws -> HubError?
    {
        do {
            _ = try await HubClient(try configuration ?? self.configuration())
                .snapshot(of: "org/model", revision: revision)
            return nil
        } catch {
            return error as? HubError
        }
    }

    /// The folder of the model in the cache.
    static let folder = "models--org--model"

    /// A path in the snapshot.
    static func snapshot(_ path: String = "") -> String { "\(folder)/snapshots/\(FakeHub.commit)/\(path)" }

    /// A path of a blob.
    func blob(_ path: String, large: Bool = true) -> String {
        "\(Self.folder)/blobs/\(hub.blobName(path, large: large))"
    }
}
