// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCheckpoints
import VLLMEngine

/// Checkpoints that would run, but not as what was trained.
@Suite struct RefusedCheckpointTests {
    private static let folder = ModelFixture.folder("models/")

    /// Loads a fixture whose config.json or weights were changed; returns the error.
    private func error(
        _ name: String, config change: (String) -> String = { $0 }, weights: ([UInt8]) -> [UInt8] = { $0 }
    ) async throws -> String {
        var files: [String: FileBytes] = [:]
        let config = try #require(try FileBytes(mapping: Self.folder + name + "/config.json")).bytes
        files["config.json"] = Self.kept(Array(change(String(decoding: config, as: UTF8.self)).utf8))
        let tensors = try #require(try FileBytes(mapping: Self.folder + name + "/model.safetensors")).bytes
        files["model.safetensors"] = Self.kept(weights(tensors))
        do {
            let engine = try await ModelLoader.load(
                .embedded(name: name, files: files), EngineOptions(model: name))
            await engine.shutdown()
            return ""
        } catch {
            return "\(error)"
        }
    }

    /// Bytes that stay where they are until the process ends.
    private static func kept(_ bytes: [UInt8]) -> FileBytes {
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        _ = unsafe memory.initialize(from: bytes)
        return FileBytes(embeddedAt: UInt(bitPattern: memory.baseAddress), count: bytes.count)
    }

    @Test("a checkpoint as it is loads")
    func unchanged() async throws {
        #expect(try await error("qwen2") == "")
    }

    @Test("weights that the architecture has no use for are named")
    func unusedWeights() async throws {
        let text = try await error("qwen2") { config in
            config.replacing("Qwen2ForCausalLM", with: "LlamaForCausalLM")
        }
        #expect(text.contains("self_attn.k_proj.bias") && text.contains("no use for"), "\(text)")
        let layers = try await error("llama") { config in
            config.replacing("\"num_hidden_layers\": 3", with: "\"num_hidden_layers\": 2")
        }
        #expect(layers.contains("layers.2."), "\(layers)")
    }

    @Test("quantized weights are refused by their method")
    func quantized() async throws {
        let text = try await error("qwen2") { config in
            config.replacing(
                "{\n", with: "{\n\"quantization_config\": {\"quant_method\": \"gptq\"},", maxReplacements: 1)
        }
        #expect(text.contains("gptq"), "\(text)")
    }

    @Test("extents whose product no number holds are refused")
    func extents() async throws {
        let text = try await error("qwen2") { config in
            config.replacing("\"hidden_size\": 64", with: "\"hidden_size\": 1048576, \"head_dim\": 1024")
                .replacing("\"num_attention_heads\": 4", with: "\"num_attention_heads\": 1048576")
                .replacing("\"num_key_value_heads\": 2", with: "\"num_key_value_heads\": 1048576")
        }
        #expect(text.contains("head_dim"), "\(text)")
    }

    @Test("a layer_types that is not one of each layer is refused")
    func layerTypes() async throws {
        let text = try await error("qwen2-window") { config in
            config.replacing("sliding_attention", with: "bogus_attention")
        }
        #expect(text.contains("layer_types"), "\(text)")
    }

    @Test("bytes that belong to no tensor are refused")
    func misplacedTensors() async throws {
        #expect(try await error("qwen2", weights: { $0 + [1, 2, 3, 4] }).contains("behind its last tensor"))
        // The header is told to be a byte shorter than it is, so that all data would shift.
        let shifted = try await error(
            "qwen2",
            weights: { bytes in
                var bytes = bytes
                bytes[0] &-= 1
                return bytes
            })
        #expect(!shifted.isEmpty)
    }
}
