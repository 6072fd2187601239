// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import Synchronization
import Testing
import VLLMCPU
import VLLMCheckpoints
import VLLMEngine
import VLLMQuantization
import VLLMTensors
import VLLMTypes

/// Gives every weight as zeros.
private struct Zeros: QuantizationScheme {
    func weight(
        _ layer: String, rows: Int, columns: Int, from tensors: TensorReader
    ) throws -> QuantizedWeight? { nil }
}

/// The copy of packed weights on disk changes no bit, and nothing that happens to it stops a start.
@Suite struct PackedCacheTests {
    /// What a start told and what the model then said.
    private struct Run {
        var notes: [LoadNote]
        var completion: Completion
        var weightMemory: Int

        var warnings: [String] { notes.filter(\.isWarning).map(\.text) }
        func says(_ text: String) -> Bool { notes.contains { $0.text.contains(text) } }
    }

    private static let prompt: [Int32] = [5, 17, 3, 99, 42, 7, 7, 1, 60, 23]

    /// Starts an engine, lets it complete a prompt, and ends it.
    private func run(
        _ source: CheckpointSource, cache: String?, dtype: EngineOptions.DTypeChoice = .bfloat16,
        _ change: (inout EngineOptions) -> Void = { _ in }
    ) async throws -> Run {
        var options = EngineOptions(model: source.name)
        (options.dtype, options.kvCacheMemoryBytes, options.packedCache) = (dtype, 16 << 20, cache)
        options.numThreads = 2
        change(&options)
        let notes = Mutex<[LoadNote]>([])
        let engine = try await ModelLoader.load(
            source, options, note: { note in notes.withLock { $0.append(note) } })
        let completion = try await engine.complete(Self.prompt, tokens: 24)
        let memory = engine.info.weightMemory
        await engine.shutdown()
        return Run(notes: notes.withLock { $0 }, completion: completion, weightMemory: memory)
    }

    /// A copy of a fixture that may be changed.
    private func copy(_ name: String, to folder: TemporaryFolder) throws -> CheckpointSource {
        let source = try ModelFixture(name).source
        for file in ["config.json", "model.safetensors"] {
            try folder.write(try #require(try source.file(file)).bytes, to: file)
        }
        return .folder(path: folder.path)
    }

    static let variants: [(String, EngineOptions.DTypeChoice, String?)] = [
        ("qwen2", .bfloat16, nil), ("qwen2", .float16, nil), ("qwen2", .float32, nil),
        ("gpt2", .bfloat16, nil),
        ("gpt2", .bfloat16, "int4"), ("phi", .bfloat16, "int8"), ("llama", .bfloat16, "int8"),
        ("phi", .float32, "int4-g64"), ("mixtral", .bfloat16, nil), ("qwen2-moe", .bfloat16, "int8"),
        ("qwen3-moe", .bfloat16, nil), ("glm4-moe", .float16, nil), ("deepseek-v2-lite", .bfloat16, nil),
    ]

    @Test("tokens and log-probabilities are the same without, before and with the copy", arguments: variants)
    func equality(name: String, dtype: EngineOptions.DTypeChoice, quantization: String?) async throws {
        let folder = try TemporaryFolder()
        let source = try ModelFixture(name).source
        let plain = try await run(source, cache: nil, dtype: dtype) { $0.quantization = quantization }
        let first = try await run(source, cache: folder.path, dtype: dtype) {
            $0.quantization = quantization
        }
        let second = try await run(source, cache: folder.path, dtype: dtype) {
            $0.quantization = quantization
        }
        #expect(plain.notes.isEmpty && first.warnings.isEmpty && second.warnings.isEmpty)
        #expect(first.says("not there yet") && first.says("written to \(folder.path)"))
        #expect(second.says("mapped from \(folder.path)") && second.notes.count == 1)
        #expect(first.completion == plain.completion && second.completion == plain.completion)
        #expect(!plain.completion.logprobs.isEmpty && !plain.completion.promptLogprobs.isEmpty)
        #expect(second.weightMemory == plain.weightMemory)
        #expect(folder.names.count == 1)
    }

    @Test(
        "a model that memory does not hold is packed piece by piece, to the same file, and says the same",
        arguments: variants)
    func larger(name: String, dtype: EngineOptions.DTypeChoice, quantization: String?) async throws {
        let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
        let source = try ModelFixture(name).source
        let plain = try await run(source, cache: folder.path, dtype: dtype) { $0.quantization = quantization }
        // The pool takes 16 MiB, and the weights more than 20 KiB.
        let small = (16 << 20) + (20 << 10)
        for expected in ["one after the other into \(other.path)", "mapped from \(other.path)"] {
            let run = try await run(source, cache: other.path, dtype: dtype) {
                ($0.quantization, $0.availableMemory) = (quantization, small)
            }
            #expect(run.says(expected), "\(run.notes)")
            #expect(run.warnings.count == 1 && run.says("every step reads what is missing from the disk"))
            #expect(run.completion == plain.completion && run.weightMemory == plain.weightMemory)
        }
        #expect(folder.names == other.names && folder.names.count == 1)
        #expect(try folder.read(folder.names[0]) == other.read(folder.names[0]))
        let error = await #expect(throws: DeviceError.self) {
            try await run(source, cache: nil, dtype: dtype) {
                ($0.quantization, $0.availableMemory) = (quantization, small)
            }
        }
        #expect(error?.message.contains("--packed-cache auto") == true, "\(error as Any)")
    }

    @Test(
        "a model that memory does not hold is refused where its copy cannot be written, or a weight is no number"
    )
    func largerRefused() async throws {
        let folder = try TemporaryFolder()
        let source = try copy("llama", to: folder)
        try folder.write([1], to: "file")
        func error(_ cache: String) async -> String {
            do {
                let run = try await run(source, cache: cache) { $0.availableMemory = (16 << 20) + 1000 }
                return "\(run.notes)"
            } catch {
                return "\(error)"
            }
        }
        #expect(await error(folder.path + "/file").contains("file/"))
        var bytes = try folder.read("model.safetensors")
        bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0xc0, 0x7f])
        try folder.write(bytes, to: "model.safetensors")
        let last = try #require(
            try SafetensorsFile.tensors(of: FileBytes(bytes, name: "m"), path: "m")
                .max { $0.value.range.upperBound < $1.value.range.upperBound })
        let text = await error(folder.path + "/packed")
        #expect(text.contains("'\(last.key)' has nan at ["), "\(text)")
        #expect(!folder.names.contains { $0.hasSuffix(".partial") })
    }

    @Test("a damaged copy is told, replaced, and used again")
    func damaged() async throws {
        let folder = try TemporaryFolder()
        let source = try ModelFixture("llama").source
        let first = try await run(source, cache: folder.path)
        let name = try #require(folder.names.first)
        let sound = try folder.read(name)
        var damages: [[UInt8]] = [
            [], Array(sound[..<(sound.count / 2)]), Array(sound.dropLast()), sound + [0],
        ]
        for place in [0, 20, 4096, sound.count / 2, sound.count - 1] {
            var bytes = sound
            bytes[place] ^= 0x10
            damages.append(bytes)
        }
        for damage in damages {
            try folder.write(damage, to: name)
            let run = try await run(source, cache: folder.path)
            #expect(run.warnings.count == 1 && run.says(name) && run.says("packed anew"), "\(run.notes)")
            #expect(run.completion == first.completion)
            #expect(try folder.read(name) == sound)
        }
        #expect(try await run(source, cache: folder.path).says("mapped from"))
        #expect(folder.names == [name])
    }

    @Test("another model's copy under this one's name is refused")
    func foreign() async throws {
        let folder = try TemporaryFolder()
        let llama = try ModelFixture("llama").source
        let first = try await run(llama, cache: folder.path)
        let name = try #require(folder.names.first)
        _ = try await run(try ModelFixture("qwen2").source, cache: folder.path)
        let other = try #require(folder.names.first { $0 != name })
        try folder.write(try folder.read(other), to: name)
        let second = try await run(llama, cache: folder.path)
        #expect(second.warnings.count == 1 && second.says("other files"))
        #expect(second.completion == first.completion)
        #expect(try await run(llama, cache: folder.path).says("mapped from"))
    }

    @Test("a checkpoint that changed is noticed, though its size and its time of change were kept")
    func changed() async throws {
        let (folder, model) = (try TemporaryFolder(), try TemporaryFolder())
        let source = try copy("llama", to: model)
        let first = try await run(source, cache: folder.path)
        let path = model.path + "/model.safetensors"
        var before = stat()
        #expect(unsafe stat(path, &before) == 0)
        var bytes = try model.read("model.safetensors")
        // One sign in a hundred, wherever the data is.
        for place in stride(from: bytes.count / 2 | 1, to: bytes.count, by: 200) { bytes[place] ^= 0x80 }
        try model.write(bytes, to: "model.safetensors")
        let times = [before.st_atim, before.st_mtim]
        #expect(unsafe utimensat(AT_FDCWD, path, times, 0) == 0)
        let plain = try await run(source, cache: nil)
        #expect(plain.completion != first.completion)
        let second = try await run(source, cache: folder.path)
        #expect(second.warnings.count == 1 && second.says("model.safetensors"))
        #expect(second.completion == plain.completion)
        let third = try await run(source, cache: folder.path)
        #expect(third.says("mapped from") && third.completion == plain.completion)
        #expect(folder.names.count == 1)
    }

    @Test("files of the hub's cache are known by their hashes, as long as nobody writes to them")
    func hub() async throws {
        let (folder, hub) = (try TemporaryFolder(), try TemporaryFolder())
        let files = FileManager.default
        let blobs = hub.path + "/models--org--Name-0.5B/blobs"
        let snapshots = hub.path + "/models--org--Name-0.5B/snapshots"
        try files.createDirectory(atPath: blobs, withIntermediateDirectories: true)
        let fixture = try ModelFixture("llama").source
        func snapshot(_ commit: String, blob: String) throws -> CheckpointSource {
            let path = "\(snapshots)/\(commit)"
            try files.createDirectory(atPath: path, withIntermediateDirectories: true)
            for file in ["config.json", "model.safetensors"] {
                let name = file == "config.json" ? "c" : blob
                if !files.fileExists(atPath: "\(blobs)/\(name)") {
                    let bytes = try #require(try fixture.file(file)).bytes
                    try Data(bytes).write(to: URL(filePath: "\(blobs)/\(name)"))
                }
                unsafe symlink("../../blobs/\(name)", "\(path)/\(file)")
            }
            return .folder(path: path)
        }
        let hash = String(repeating: "ab", count: 32)
        let first = try await run(snapshot("c1", blob: hash), cache: folder.path)
        #expect(first.says("written to"))
        #expect(folder.names.first?.hasPrefix("org--Name-0.5B.") == true)
        // A second commit has the same blob, which is written to by somebody then.
        #expect(try await run(snapshot("c2", blob: hash), cache: folder.path).says("mapped from"))
        let blob = URL(filePath: "\(blobs)/\(hash)")
        try Data(contentsOf: blob).write(to: blob)
        let written = try await run(snapshot("c2", blob: hash), cache: folder.path)
        #expect(written.says("other files") && written.says("written to"))
        let other = try await run(
            snapshot("c3", blob: String(repeating: "cd", count: 32)), cache: folder.path)
        #expect(other.says("other files") && other.says("written to"))
        #expect(folder.names.count == 1)
    }

    @Test("two engines that start at once both run, and leave one sound copy")
    func concurrentStarts() async throws {
        let folder = try TemporaryFolder()
        let source = try ModelFixture("qwen2").source
        let plain = try await run(source, cache: nil)
        let path = folder.path
        async let one = run(source, cache: path)
        async let two = run(source, cache: path)
        let runs = try await [one, two]
        #expect(runs.allSatisfy { $0.completion == plain.completion && $0.warnings.isEmpty })
        #expect(folder.names.count == 1)
        #expect(try await run(source, cache: folder.path).says("mapped from"))
    }

    @Test("a folder that cannot be written costs a warning, and nothing else")
    func unwritable() async throws {
        let folder = try TemporaryFolder()
        try folder.write([], to: "file")
        let source = try ModelFixture("llama").source
        let plain = try await run(source, cache: nil)
        for place in [folder.path + "/file", "/proc/vllm"] {
            let run = try await run(source, cache: place)
            #expect(run.warnings.count >= 1 && run.says("cannot be"), "\(run.notes)")
            #expect(run.completion == plain.completion)
        }
        #expect(folder.names == ["file"])
    }

    @Test("weights that cannot be told from others are not kept, and that is told")
    func unidentified() async throws {
        let folder = try TemporaryFolder()
        PlugIns.register(quantization: "test-packed-zeros") { _ in Zeros() }
        let model = try TemporaryFolder()
        let source = try copy("llama", to: model)
        let config = String(decoding: try model.read("config.json"), as: UTF8.self).replacing(
            "{", with: "{\"quantization_config\": {\"quant_method\": \"test-packed-zeros\"},",
            maxReplacements: 1)
        try model.write(Array(config.utf8), to: "config.json")
        let scheme = try await run(source, cache: folder.path)
        #expect(scheme.warnings.count == 1 && scheme.says("plug-in Zeros"))
        var files: [String: FileBytes] = [:]
        for name in ["config.json", "model.safetensors"] {
            files[name] = try ModelFixture("llama").source.file(name)
        }
        let weights = try #require(files["model.safetensors"]).bytes
        files["model.safetensors"] = FileBytes(weights, name: "made")
        let embedded = try await run(.embedded(name: "made", files: files), cache: folder.path)
        #expect(embedded.warnings.count == 1 && embedded.says("not made of files"))
        #expect(folder.names.isEmpty)
    }

    /// Where this fails the layout of packed weights has changed: give the backend's `numericsID` another number, so that
    /// copies of the old layout are not taken for the new, and write the new checksums here.
    @Test("packed bytes are those of the layout that the numerics id names", arguments: layouts)
    func layout(dtype: EngineOptions.DTypeChoice, quantization: String?, checksum: UInt32) async throws {
        let folder = try TemporaryFolder()
        let run = try await run(try ModelFixture("gpt2").source, cache: folder.path, dtype: dtype) {
            ($0.quantization, $0.instructionSet) = (quantization, "portable")
        }
        #expect(run.says("written to"))
        let bytes = try folder.read(try #require(folder.names.first))
        let header = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        let found = unsafe CRC32C.checksum(of: bytes.span.bytes.extracting(8 + header..<bytes.count))
        #expect(found == checksum)
    }

    static let layouts: [(EngineOptions.DTypeChoice, String?, UInt32)] = [
        (.bfloat16, nil, 0x2769_2fd3), (.float16, nil, 0x83ef_3d8b), (.float32, nil, 0x2c19_65b6),
        (.bfloat16, "int8", 0x0aea_5426), (.bfloat16, "int4", 0x3082_7a2d),
    ]

    @Test("a copy that is given up is told and leaves nothing, and the next attempt writes it")
    func givenUp() throws {
        let folder = try TemporaryFolder()
        let notes = Mutex<[LoadNote]>([])
        let cache = try #require(
            PackedCache(
                folder.path, try Checkpoint(try ModelFixture("llama").source), packing: "test", scheme: nil,
                loadFormat: "auto", note: { note in notes.withLock { $0.append(note) } }))
        let backend = try CPUBackend(.init(numThreads: 1))
        let numbers = [Float](repeating: 0.5, count: 64 * 32)
        let weight = try unsafe numbers.withUnsafeBytes { bytes in
            let source = TensorSource(
                address: UInt(bitPattern: bytes.baseAddress), dtype: .float32, rows: 64, columns: 32,
                rowStride: 32)
            return try backend.pack(WeightDescription(parts: [source], format: .dense(.float32)))
        }
        cache.write([("a", weight)], of: backend, isCancelled: { true })
        #expect(folder.names.isEmpty)
        let told = notes.withLock { $0 }
        #expect(told.count == 1 && !told[0].isWarning && told[0].text.contains("the next start writes it"))
        cache.write([("a", weight)], of: backend, isCancelled: { false })
        #expect(folder.names.count == 1 && cache.path.hasSuffix(folder.names[0]))
    }

    @Test("parts that run without an engine keep their copy too, where the environment says")
    func partsAlone() async throws {
        let folder = try TemporaryFolder()
        let source = try ModelFixture("llama").source
        var options = EngineOptions(model: source.name)
        (options.kvCacheMemoryBytes, options.packedCache, options.numThreads) = (16 << 20, "auto", 1)
        for expected in ["written to", "mapped from"] {
            let notes = Mutex<[LoadNote]>([])
            _ = try await ModelLoader.run(
                source, options, environment: ["VLLM_CACHE_ROOT": folder.path],
                note: { note in notes.withLock { $0.append(note) } }, progress: { _, _ in }
            ) { _, info in info.numBlocks }
            let told = notes.withLock { $0 }
            #expect(told.contains { $0.text.contains("\(expected) \(folder.path)/packed/") }, "\(told)")
        }
        #expect(folder.names == ["packed"])
    }

    @Test("the folder is beside the hub's cache, or where the environment says")
    func folder() {
        func resolve(_ option: String, _ environment: [String: String]) -> String {
            PackedCacheFolder.resolve(option, environment: environment)
        }
        #expect(resolve("auto", ["HOME": "/h"]) == "/h/.cache/huggingface/swift-vllm/packed")
        #expect(
            resolve("auto", ["HOME": "/h", "XDG_CACHE_HOME": "/c"]) == "/c/huggingface/swift-vllm/packed")
        #expect(resolve("auto", ["HF_HOME": "/f", "HF_HUB_CACHE": ""]) == "/f/swift-vllm/packed")
        #expect(resolve("auto", ["HF_HOME": "/f", "HF_HUB_CACHE": "/x/y/hub"]) == "/x/y/swift-vllm/packed")
        #expect(resolve("auto", ["HUGGINGFACE_HUB_CACHE": "/x//hub//"]) == "/x/swift-vllm/packed")
        #expect(resolve("auto", ["HF_HUB_CACHE": "/hub"]) == "/swift-vllm/packed")
        #expect(resolve("auto", ["HF_HUB_CACHE": "hub"]) == "./swift-vllm/packed")
        #expect(
            resolve("auto", ["HF_HOME": "/f", "HF_HUB_CACHE": "/x/hub", "VLLM_CACHE_ROOT": "/v"])
                == "/v/packed")
        #expect(resolve("./auto", ["HOME": "/h"]) == "./auto")
    }
}
