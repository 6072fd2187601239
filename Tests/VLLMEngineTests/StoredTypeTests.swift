// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCPU
import VLLMCheckpoints
import VLLMEngine
import VLLMJSON
import VLLMTensors

/// Checkpoints of the same numbers in each type that files have, under each type that they may run in.
@Suite struct StoredTypeTests {
    /// Types of files, and what `auto` makes of them, as vLLM on processors without a GPU.
    static let types: [(name: String, auto: DType)] = [
        ("F32", .bfloat16), ("F16", .float16), ("BF16", .bfloat16), ("F64", .bfloat16),
    ]

    /// The fixture's weights, cut to what every type holds exactly.
    private func weights() throws -> [(name: String, shape: [Int], values: [Float])] {
        let checkpoint = try Checkpoint(try ModelFixture("llama-odd").source)
        return try checkpoint.tensorNames.sorted().map { name in
            let tensor = try #require(checkpoint.tensor(name))
            let values = tensor.withBytes { bytes in
                stride(from: 0, to: bytes.byteCount, by: 4).map { offset in
                    let value = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Float.self)
                    let short = Float(bitPattern: value.bitPattern & 0xffff_0000)
                    return Float(Float16(short)) == short ? short : 0
                }
            }
            return (name, tensor.shape, values)
        }
    }

    /// A file of these weights in a type, its elements changed before they are written.
    private func source(
        _ type: String, _ edit: (String, inout [Double]) -> Void = { _, _ in },
        config change: (inout JSONObject) -> Void = { _ in }
    ) throws -> CheckpointSource {
        var header = JSONObject()
        var data: [UInt8] = []
        for (name, shape, values) in try weights() {
            let start = data.count
            var numbers = values.map(Double.init)
            edit(name, &numbers)
            for number in numbers { data += Self.bytes(number, type) }
            header[name] = [
                "dtype": .string(type), "shape": .array(shape.map { .integer($0) }),
                "data_offsets": [.integer(start), .integer(data.count)],
            ]
        }
        var text: [UInt8] = []
        JSONWriter().write(header, into: &text)
        let length = Self.bytes(UInt64(text.count))
        var config = try #require(try ModelFixture("llama-odd").source.object("config.json"))
        config["torch_dtype"] = nil
        change(&config)
        var configText: [UInt8] = []
        JSONWriter().write(config, into: &configText)
        return .embedded(
            name: "typed",
            files: [
                "config.json": FileBytes(configText, name: "config.json"),
                "model.safetensors": FileBytes(length + text + data, name: "model.safetensors"),
            ])
    }

    private static func bytes(_ value: Double, _ type: String) -> [UInt8] {
        switch type {
        case "F64": bytes(value.bitPattern)
        case "F32": bytes(Float(value).bitPattern)
        case "F16": bytes(Float16(value).bitPattern)
        default: bytes(UInt16(Float(value).bitPattern >> 16))
        }
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe Array($0) }
    }

    private func run(
        _ source: CheckpointSource, _ dtype: EngineOptions.DTypeChoice, quantization: String? = nil
    ) async throws -> (DType, Completion) {
        var options = EngineOptions(model: "typed")
        (options.dtype, options.kvCacheMemoryBytes, options.quantization) = (dtype, 16 << 20, quantization)
        let engine = try await ModelLoader.load(source, options)
        let completion = try await engine.complete([1, 7, 3, 250, 90], tokens: 8)
        await engine.shutdown()
        return (engine.info.dtype, completion)
    }

    @Test(
        "the same numbers give the same bits, whatever type the file has",
        arguments: EngineOptions.DTypeChoice.allCases)
    func bits(choice: EngineOptions.DTypeChoice) async throws {
        var first: [DType: Completion] = [:]
        for (type, auto) in Self.types {
            let (dtype, completion) = try await run(try source(type), choice)
            let expected: DType =
                switch choice {
                case .auto: auto
                case .half, .float16: .float16
                case .bfloat16: .bfloat16
                case .float, .float32: .float32
                }
            #expect(dtype == expected, "\(type) under \(choice)")
            #expect(first[dtype] ?? completion == completion, "\(type) under \(choice)")
            first[dtype] = completion
        }
    }

    @Test("config.json decides before the file's type", arguments: ["dtype", "torch_dtype"])
    func configured(key: String) async throws {
        for (name, expected) in [
            ("float16", DType.float16), ("bfloat16", .bfloat16), ("float32", .bfloat16),
            ("float64", .bfloat16),
        ] {
            let source = try source("BF16", config: { $0[key] = .string(name) })
            #expect(try await run(source, .auto).0 == expected, "\(name)")
        }
    }

    private func message(
        _ source: CheckpointSource, _ dtype: EngineOptions.DTypeChoice, quantization: String? = nil
    ) async -> String {
        let error = await #expect(throws: CheckpointError.self) {
            try await run(source, dtype, quantization: quantization)
        }
        return error.map { "\($0)" } ?? ""
    }

    @Test("a number that is none is named by tensor and place", arguments: types.map(\.name))
    func notFinite(type: String) async throws {
        for (poison, text) in [(Double.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf")] {
            // 51 columns: the third row's fifth. The same file for a rounded model.
            let weight = try source(type) { name, values in
                if name == "model.layers.1.mlp.down_proj.weight" {
                    values[2 * 51 + 4] = poison
                    values[60 * 51] = poison
                }
            }
            for quantization in [nil, "int8"] {
                let told = await message(weight, .bfloat16, quantization: quantization)
                #expect(
                    told.contains("'model.layers.1.mlp.down_proj.weight' has \(text) at [2, 4], but"),
                    "\(told)")
            }
        }
        let norm = try source(type) { name, values in
            if name == "model.norm.weight" { values[63] = .nan }
        }
        #expect(await message(norm, .float32).contains("'model.norm.weight' has nan at [63], but"))
        // Behind those of the gate in one merged weight.
        let up = try source(type) { name, values in
            if name == "model.layers.0.mlp.up_proj.weight" { values[50 * 64 + 63] = -.infinity }
        }
        #expect(
            await message(up, .float16).contains("'model.layers.0.mlp.up_proj.weight' has -inf at [50, 63]"))
    }

    @Test(
        "a number that float16 cannot hold is named, and other types take it",
        arguments: ["F64", "F32", "BF16"])
    func tooLarge(type: String) async throws {
        func source(_ value: Double) throws -> CheckpointSource {
            try self.source(type) { name, values in
                if name == "model.layers.0.self_attn.k_proj.weight" { values[3 * 64 + 1] = value }
            }
        }
        let told = await message(try source(-65536), .half)
        #expect(
            told.contains("'model.layers.0.self_attn.k_proj.weight' has -65536.0 at [3, 1], which float16"),
            "\(told)")
        _ = try await run(try source(65280), .half)
        _ = try await run(try source(-65536), .bfloat16)
    }

    @Test(
        "a number that is none in a transposed matrix, or in one of many experts, is named by its place there"
    )
    func places() async throws {
        func poisoned(_ fixture: String, _ tensor: String, at index: Int) async throws -> String {
            let folder = try ModelFixture(fixture).source
            var files: [String: FileBytes] = ["config.json": try #require(try folder.file("config.json"))]
            let file = try #require(try folder.file("model.safetensors"))
            let stored = try #require(try SafetensorsFile.tensors(of: file, path: "m")[tensor])
            var bytes = file.bytes
            let size = stored.typeName == "F32" ? 4 : 2
            let place = stored.range.lowerBound + size * index
            bytes.replaceSubrange(
                place..<place + size, with: [UInt8](repeating: 0x7f, count: size - 2) + [0xff, 0x7f])
            files["model.safetensors"] = FileBytes(bytes, name: "model.safetensors")
            return await message(.embedded(name: "poisoned", files: files), .bfloat16)
        }
        let transposed = try await poisoned("gpt2", "transformer.h.1.mlp.c_fc.weight", at: 5 * 128 + 77)
        #expect(transposed.contains("'transformer.h.1.mlp.c_fc.weight' has nan at [5, 77]"), "\(transposed)")
        // [6, 64, 64]: the fourth expert's second half, which is its up projection.
        let expert = try await poisoned(
            "qwen2-moe", "model.layers.0.mlp.experts.gate_up_proj", at: 3 * 64 * 64 + 40 * 64 + 9)
        #expect(expert.contains("experts.gate_up_proj' has nan at [3, 40, 9]"), "\(expert)")
    }
}
