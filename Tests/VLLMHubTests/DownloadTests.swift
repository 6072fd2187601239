// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing
import VLLMCheckpoints
import VLLMHub

/// What a download leaves in the cache.
@Suite struct DownloadTests {
    @Test func `a checkpoint comes in the layout that other tools read, and nothing else comes`() async throws
    {
        try await HubFixture.run { fixture in
            let path = try await fixture.fetch()
            #expect(path == "\(fixture.cache.path)/\(HubFixture.folder)/snapshots/\(FakeHub.commit)")
            let names = fixture.cache.names(in: HubFixture.snapshot())
            #expect(names == ["config.json", "model.safetensors", "tokenizer.json"])
            for name in names {
                let blob = fixture.hub.blobName(name, large: name == "model.safetensors")
                #expect(fixture.cache.target(of: HubFixture.snapshot(name)) == "../../blobs/\(blob)")
                #expect(fixture.cache.read(HubFixture.snapshot(name)) == fixture.hub.files[name])
            }
            #expect(fixture.cache.names(in: "\(HubFixture.folder)/blobs").count == 3)
            #expect(fixture.cache.read("\(HubFixture.folder)/refs/main") == Array(FakeHub.commit.utf8))
            #expect(fixture.cache.names(in: HubFixture.folder) == ["blobs", "refs", "snapshots"])
            #expect(fixture.cache.names(in: "") == [".locks", "CACHEDIR.TAG", HubFixture.folder])
            #expect(fixture.cache.names(in: ".locks/\(HubFixture.folder)").count == 3)
        }
    }

    @Test func `what is here is not fetched again`() async throws {
        try await HubFixture.run { fixture in
            let path = try await fixture.fetch()
            let before = fixture.hub.server.requests.count
            #expect(try await fixture.fetch() == path)
            #expect(fixture.hub.server.requests.count == before + 1)
            #expect(try await fixture.client().snapshot(of: "org/model", revision: FakeHub.commit) == path)
            #expect(fixture.hub.server.requests.count == before + 1)
            #expect(try fixture.client().cachedSnapshot(of: "org/model") == path)
        }
    }

    @Test func `of sharded weights only the shards that the index names come`() async throws {
        let index = #"{"weight_map":{"a":"model-1.safetensors","b":"deep/model-2.safetensors"}}"#
        let files: [String: [UInt8]] = [
            "config.json": [1], "model.safetensors.index.json": Array(index.utf8),
            "model-1.safetensors": HubFixture.bytes(5000, seed: 4),
            "deep/model-2.safetensors": HubFixture.bytes(6000, seed: 5),
            "consolidated.safetensors": HubFixture.bytes(11000, seed: 6),
        ]
        try await HubFixture.run(files, large: ["model-1.safetensors", "deep/model-2.safetensors"]) {
            fixture in
            _ = try await fixture.fetch()
            #expect(
                fixture.cache.names(in: HubFixture.snapshot()) == [
                    "config.json", "deep", "model-1.safetensors", "model.safetensors.index.json",
                ])
            let link = fixture.cache.target(of: HubFixture.snapshot("deep/model-2.safetensors"))
            #expect(link?.hasPrefix("../../../blobs/") == true)
            #expect(
                fixture.cache.read(HubFixture.snapshot("deep/model-2.safetensors"))
                    == files["deep/model-2.safetensors"])
        }
    }

    @Test func `an index that names a file the repository lacks is an error that names it`() async throws {
        let files: [String: [UInt8]] = [
            "config.json": [1],
            "model.safetensors.index.json": Array(#"{"weight_map":{"a":"../../x"}}"#.utf8),
        ]
        try await HubFixture.run(files, large: []) { fixture in
            let error = try await fixture.failure()
            #expect(error?.kind == .fileNotFound)
            #expect(error?.message.contains("../../x") == true)
        }
    }

    @Test func `a tokenizer comes alone, and everything comes whole`() async throws {
        try await HubFixture.run { fixture in
            _ = try await fixture.fetch(.tokenizer)
            #expect(fixture.cache.names(in: HubFixture.snapshot()) == ["config.json", "tokenizer.json"])
            #expect(try fixture.client().cachedSnapshot(of: "org/model") == nil)
            _ = try await fixture.fetch(.everything)
            #expect(
                fixture.cache.names(in: HubFixture.snapshot()) == [
                    "README.md", "config.json", "model.safetensors", "onnx", "pytorch_model.bin",
                    "tokenizer.json",
                ])
        }
    }

    @Test func `files of PyTorch come where there are no safetensors, unless those alone are wanted`()
        async throws
    {
        let files: [String: [UInt8]] = [
            "config.json": [1], "pytorch_model.bin": [2, 3], "training_args.bin": [4], "optimizer.pt": [5],
        ]
        try await HubFixture.run(files, large: []) { fixture in
            let error = await #expect(throws: HubError.self) {
                try await fixture.fetch(.checkpoint(.safetensors))
            }
            #expect(error?.kind == .fileNotFound)
            #expect(error?.message.contains("in files of PyTorch only") == true)
            _ = try await fixture.fetch()
            #expect(fixture.cache.names(in: HubFixture.snapshot()) == ["config.json", "pytorch_model.bin"])
            #expect(try fixture.client().cachedSnapshot(of: "org/model") != nil)
            #expect(
                try fixture.client().cachedSnapshot(of: "org/model", wanting: .checkpoint(.safetensors))
                    == nil)
        }
    }

    @Test func `of the two formats the one that is wanted comes, with its index`() async throws {
        let files: [String: [UInt8]] = [
            "config.json": [1], "model.safetensors": [2],
            "pytorch_model.bin.index.json": Array(#"{"weight_map":{"a":"pytorch_model-1.bin"}}"#.utf8),
            "pytorch_model-1.bin": [3], "pytorch_model-2.bin": [4],
        ]
        try await HubFixture.run(files, large: []) { fixture in
            _ = try await fixture.fetch(.checkpoint(.pt))
            #expect(
                fixture.cache.names(in: HubFixture.snapshot()) == [
                    "config.json", "pytorch_model-1.bin", "pytorch_model.bin.index.json",
                ])
            #expect(try fixture.client().cachedSnapshot(of: "org/model", wanting: .checkpoint(.pt)) != nil)
        }
        try await HubFixture.run(files, large: []) { fixture in
            _ = try await fixture.fetch()
            #expect(fixture.cache.names(in: HubFixture.snapshot()) == ["config.json", "model.safetensors"])
            #expect(try fixture.client().cachedSnapshot(of: "org/model", wanting: .checkpoint(.pt)) == nil)
        }
    }

    @Test func `of a repository of GGUF files the quantization that is asked for comes, with all its parts`()
        async throws
    {
        let files: [String: [UInt8]] = [
            "README.md": [1], "m-Q8_0.gguf": [2], "m-Q4_K_M.gguf": [3], "mmproj-F16.gguf": [4],
            "Q2_K/m-00001-of-00002.gguf": [5], "Q2_K/m-00002-of-00002.gguf": [6],
        ]
        try await HubFixture.run(files, large: []) { fixture in
            _ = try await fixture.fetch(.gguf(quantization: "q4_k_m"))
            #expect(fixture.cache.names(in: HubFixture.snapshot()) == ["m-Q4_K_M.gguf"])
            let cached = { (quantization: String) throws in
                try fixture.client().cachedSnapshot(
                    of: "org/model", wanting: .gguf(quantization: quantization))
            }
            #expect(try cached("Q4_K_M") != nil && cached("Q8_0") == nil && cached("Q2_K") == nil)
            _ = try await fixture.fetch(.gguf(quantization: "Q2_K"))
            #expect(
                fixture.cache.names(in: HubFixture.snapshot("Q2_K")) == [
                    "m-00001-of-00002.gguf", "m-00002-of-00002.gguf",
                ])
            #expect(try cached("Q2_K") != nil)
            await #expect(throws: HubError.self) { _ = try await fixture.fetch(.gguf(quantization: "Q3_K")) }
        }
    }

    @Test func `files with the same content share a blob, which is fetched once`() async throws {
        let files: [String: [UInt8]] = ["a.json": [7, 7], "b.json": [7, 7], "empty": []]
        try await HubFixture.run(files, large: []) { fixture in
            _ = try await fixture.fetch(.everything)
            #expect(fixture.cache.names(in: "\(HubFixture.folder)/blobs").count == 2)
            #expect(fixture.cache.read(HubFixture.snapshot("b.json")) == [7, 7])
            #expect(fixture.cache.read(HubFixture.snapshot("empty")) == [])
            #expect(fixture.hub.server.requests.filter { $0.target.contains("/resolve/") }.count == 1)
        }
    }

    @Test func `a mirror whose listing has no sizes is asked for the heads of the files`() async throws {
        let names = HubFixture.checkpoint.keys.map { #"{"rfilename":"\#($0)"}"# }.joined(separator: ",")
        let listing = #"{"sha":"\#(FakeHub.commit)","siblings":[\#(names)]}"#
        try await HubFixture.run(listing: listing) { fixture in
            _ = try await fixture.fetch()
            #expect(
                fixture.cache.read(HubFixture.snapshot("model.safetensors"))
                    == fixture.hub.files["model.safetensors"])
            #expect(fixture.hub.server.requests.filter { $0.method == "HEAD" }.count == 3)
            // The store's own entity tag is something else.
            #expect(!fixture.hub.store.requests.contains { $0.method == "HEAD" })
            #expect(fixture.cache.read(fixture.blob("model.safetensors")) != nil)
        }
    }

    @Test func `a branch with slashes is a reference with folders`() async throws {
        try await HubFixture.run(script: { place, request in
            guard request.target.hasPrefix("/api/models/org/model/revision/refs%2Fpr%2F1?") else {
                return nil
            }
            return .init(
                body: Array(FakeHub.listing(HubFixture.checkpoint, large: ["model.safetensors"]).utf8))
        }) { fixture in
            _ = try await fixture.client().snapshot(of: "org/model", revision: "refs/pr/1")
            #expect(fixture.cache.read("\(HubFixture.folder)/refs/refs/pr/1") == Array(FakeHub.commit.utf8))
        }
    }

    @Test func `progress is told in one line`() {
        let progress = HubProgress(
            receivedBytes: 1_234_000_000, totalBytes: 5_000_000_000, completedFiles: 2, totalFiles: 7)
        #expect("\(progress)" == "2 of 7 files, 1.2 GB of 5.0 GB (24%)")
        #expect("\(HubProgress())" == "0 of 0 files, 0 bytes of 0 bytes (100%)")
    }

    @Test func `progress ends with all bytes of all files`() async throws {
        let reports = Mutex<[HubProgress]>([])
        try await HubFixture.run(
            ["config.json": [1], "model.safetensors": HubFixture.bytes(3 << 20, seed: 9)]
        ) { fixture in
            _ = try await fixture.client().snapshot(of: "org/model") { progress in
                reports.withLock { $0.append(progress) }
            }
        }
        let all = reports.withLock { $0 }
        let bytes = 3 << 20 + 1
        #expect(
            all.last == HubProgress(receivedBytes: bytes, totalBytes: bytes, completedFiles: 2, totalFiles: 2)
        )
        #expect(all.contains { (1..<bytes).contains($0.receivedBytes) })
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.receivedBytes <= $1.receivedBytes })
        #expect(all.last?.fraction == 1)
    }
}
