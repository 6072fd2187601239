// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCheckpoints
import VLLMEngine
import VLLMJSON
import VLLMModels
import VLLMQuantization
import VLLMTypes

/// Stores nothing itself: gives the float32 weights of the MLP as if they had been quantized.
private struct Transparent: QuantizationScheme {
    let bits: Int

    init(_ config: ConfigReader) throws { bits = try config.int("bits", in: 32...32) }

    func weight(
        _ layer: String, rows: Int, columns: Int, from tensors: TensorReader
    ) throws -> QuantizedWeight? {
        guard layer.contains("mlp") else { return nil }
        let stored = try tensors.require(layer + ".weight")
        #expect(stored.shape == [rows, columns] && stored.typeName == "F32")
        return QuantizedWeight { range, values in
            stored.withBytes { bytes in
                for index in 0..<range.count * columns {
                    values[index] = unsafe bytes.unsafeLoadUnaligned(
                        fromByteOffset: (range.lowerBound * columns + index) * 4, as: Float.self)
                }
            }
        }
    }
}

/// Reads safetensors into memory of its own, or finds tensors that cannot be.
private struct Copying: LoadFormat {
    let isWrong: Bool

    func tensors(in folder: String) throws -> [String: StoredTensor] {
        let path = folder + "/model.safetensors"
        guard let file = try FileBytes(mapping: path) else { return [:] }
        return try SafetensorsFile.tensors(of: file, path: path).reduce(into: [:]) { result, entry in
            let bytes = entry.value.withBytes { span in
                span.byteOffsets.map { unsafe span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
            }
            let copy = FileBytes(isWrong ? bytes.dropLast() : bytes, name: entry.key)
            result[entry.key] = try StoredTensor(
                entry.key, typeName: entry.value.typeName, shape: entry.value.shape, file: copy,
                range: 0..<copy.count)
        }
    }
}

/// Architectures, quantization schemes and load formats that are not part of the engine.
@Suite struct CheckpointPlugInTests {
    init() {
        PlugIns.register(
            architecture: Architecture(names: ["TestRenamedForCausalLM"]) {
                config, checkpoint throws(CheckpointError) in
                guard checkpoint.has("model.embed_tokens.weight"),
                    let qwen = Registry.architectures.first(where: { $0.names.contains("Qwen2ForCausalLM") })
                else { throw CheckpointError(config.file, "is not Qwen's.") }
                return try qwen.decoder(config, checkpoint)
            })
        PlugIns.register(quantization: "test-transparent") { try Transparent($0) }
        PlugIns.register(loadFormat: "test-copying", Copying(isWrong: false))
        PlugIns.register(loadFormat: "test-wrong", Copying(isWrong: true))
    }

    /// Greedy tokens of a fixture whose config.json was changed.
    private func tokens(
        _ fixture: ModelFixture, replacing old: String, with new: String
    ) async throws -> [Int32] {
        var files: [String: FileBytes] = [:]
        for name in ["config.json", "model.safetensors"] { files[name] = try fixture.source.file(name) }
        let config = try #require(files["config.json"]).bytes
        let text = String(decoding: config, as: UTF8.self)
            .replacing(old, with: new, maxReplacements: 1)
        files["config.json"] = FileBytes(Array(text.utf8), name: "config.json")
        var options = EngineOptions(model: "changed")
        (options.dtype, options.kvCacheMemoryBytes) = (.float32, 64 << 20)
        let engine = try await ModelLoader.load(.embedded(name: "changed", files: files), options)
        let output = try await engine.complete(fixture.prompts[0].ids, tokens: 64)
        await engine.shutdown()
        return output.tokenIDs
    }

    @Test("an architecture from outside is chosen by its name in config.json")
    func architecture() async throws {
        let fixture = try ModelFixture("qwen2")
        let tokens = try await tokens(
            fixture, replacing: "Qwen2ForCausalLM", with: "TestRenamedForCausalLM")
        #expect(tokens == fixture.prompts[0].greedy)
        #expect(ModelLoader.architectureNames.contains("TestRenamedForCausalLM"))
    }

    @Test("a scheme from outside gives the weights of the layers that it knows")
    func scheme() async throws {
        let fixture = try ModelFixture("qwen2")
        func config(_ bits: Int) -> String {
            "{\"quantization_config\": {\"quant_method\": \"test-transparent\", \"bits\": \(bits)},"
        }
        #expect(
            try await tokens(fixture, replacing: "{", with: config(32)) == fixture.prompts[0].greedy)
        let error = await #expect(throws: CheckpointError.self) {
            try await tokens(fixture, replacing: "{", with: config(4))
        }
        #expect(error?.message.contains("'bits'") == true)
    }

    @Test("a format from outside finds the tensors, and what it finds is checked")
    func format() async throws {
        let fixture = try ModelFixture("llama")
        let engine = try await fixture.load(dtype: .float32) { $0.loadFormat = "test-copying" }
        let prompt = fixture.prompts[0]
        #expect(try await engine.complete(prompt.ids, tokens: 64).tokenIDs == prompt.greedy)
        await engine.shutdown()
        let wrong = await #expect(throws: CheckpointError.self) {
            try await fixture.load(dtype: .float32) { $0.loadFormat = "test-wrong" }
        }
        #expect(wrong?.message.contains("bytes, but F32 of shape") == true, "\(wrong as Any)")
        await #expect(throws: (any Error).self) {
            try await fixture.load(dtype: .float32) { $0.loadFormat = "nothing" }
        }
    }

    @Test("a policy from outside changes no output, and an unknown one is refused")
    func policy() async throws {
        let fixture = try ModelFixture("llama")
        await #expect(throws: (any Error).self) {
            try await fixture.load(dtype: .float32) { $0.kvEvictionPolicy = "nothing" }
        }
        let engine = try await fixture.load(dtype: .float32) { $0.kvEvictionPolicy = "lru" }
        await engine.shutdown()
    }
}
