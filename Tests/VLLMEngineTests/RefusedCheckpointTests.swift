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
            config.replacing("\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": 1")
        }
        #expect(layers.contains("layers.1."), "\(layers)")
    }

    @Test("quantized weights are refused by their method")
    func quantized() async throws {
        let text = try await error("qwen2") { config in
            config.replacing(
                "{\n", with: "{\n\"quantization_config\": {\"quant_method\": \"gptq\"},", maxReplacements: 1)
        }
        #expect(text.contains("gptq"), "\(text)")
    }

    @Test("experts that the files do not have are refused, and choices that no token could make")
    func experts() async throws {
        let missing = try await error("mixtral") { config in
            config.replacing("\"num_local_experts\": 8", with: "\"num_local_experts\": 9")
        }
        #expect(missing.contains("block_sparse_moe.gate.weight") && missing.contains("[9, 64]"), "\(missing)")
        let shape = try await error("qwen2-moe") { config in
            config.replacing("\"moe_intermediate_size\": 32", with: "\"moe_intermediate_size\": 16")
        }
        #expect(shape.contains("experts.gate_up_proj") && shape.contains("[6, 32, 64]"), "\(shape)")
        let many = try await error("qwen3-moe") { config in
            config.replacing("\"num_experts_per_tok\": 3", with: "\"num_experts_per_tok\": 9")
        }
        #expect(many.contains("num_experts_per_tok") && many.contains("1…8"), "\(many)")
        let extents = try await error("mixtral") { config in
            config.replacing("\"num_local_experts\": 8", with: "\"num_local_experts\": 1024")
                .replacing("\"intermediate_size\": 32", with: "\"intermediate_size\": 4194304")
        }
        #expect(extents.contains("intermediate_size"), "\(extents)")
        let dense = try await error("qwen3-moe") { config in
            config.replacing("\"decoder_sparse_step\": 1", with: "\"decoder_sparse_step\": 2")
        }
        #expect(dense.contains("layers.0.mlp.gate_proj"), "\(dense)")
        let groups = try await error("glm4-moe") { config in
            config.replacing("\"n_group\": 4", with: "\"n_group\": 5")
        }
        #expect(groups.contains("n_group") && groups.contains("12 experts"), "\(groups)")
    }

    @Test("layers that only guess further tokens are left out where config.json tells of them")
    func draftLayers() async throws {
        #expect(try await error("glm4-moe") == "")
        let text = try await error("glm4-moe") { config in
            config.replacing("\"num_nextn_predict_layers\": 1", with: "\"num_nextn_predict_layers\": 0")
        }
        #expect(text.contains("layers.2.enorm.weight") && text.contains("no use for"), "\(text)")
    }

    @Test(
        "mathematics that there is not is refused by key and value",
        arguments: [
            ("mistral", "\"silu\"", "\"xielu\"", "'hidden_act' 'xielu' is not supported"),
            ("gemma2", "\"gelu_pytorch_tanh\"", "\"quick_gelu\"", "'hidden_activation' 'quick_gelu'"),
            (
                "gemma2", "\"query_pre_attn_scalar\": 30", "\"query_pre_attn_scalar\": 0",
                "query_pre_attn_scalar"
            ),
            ("gemma2", "\"final_logit_softcapping\": 3.0", "\"final_logit_softcapping\": -3.0", "soft cap"),
            ("llama-yarn", "\"yarn\"", "\"mrope\"", "'rope_type' 'mrope' is not supported"),
            ("phi3", "\"longrope\"", "\"yarn\"", "'type' is \"yarn\""),
            (
                "phi3", "\"rms_norm_eps\"", "\"attention_bias\": true, \"rms_norm_eps\"",
                "'attention_bias' is true"
            ),
            ("starcoder2", "\"layer_norm\"", "\"rms_norm\"", "'norm_type' is \"rms_norm\""),
            ("olmo2", "\"rms_norm_eps\"", "\"clip_qkv\": 8, \"rms_norm_eps\"", "'clip_qkv' is 8"),
            ("olmoe", "\"clip_qkv\": null", "\"clip_qkv\": 8", "'clip_qkv' is 8"),
            ("olmoe", "\"clip_qkv\"", "\"mlp_bias\": true, \"clip_qkv\"", "'mlp_bias' is true"),
            ("olmoe", "\"clip_qkv\"", "\"sliding_window\": 8, \"clip_qkv\"", "'sliding_window' is 8"),
            (
                "olmoe", "\"num_experts_per_tok\": 3", "\"num_experts_per_tok\": 8",
                "'num_experts_per_tok' should be a whole number in 1…7, is 8"
            ),
            (
                "granite", "\"attention_multiplier\": 0.17", "\"attention_multiplier\": -1",
                "scale of attention"
            ),
            (
                "granite", "\"logits_scaling\": 1.7", "\"logits_scaling\": 0",
                "'logits_scaling' should be greater"
            ),
        ])
    func mathematics(name: String, old: String, new: String, reason: String) async throws {
        let text = try await error(name) { config in config.replacing(old, with: new) }
        #expect(text.contains(reason), "\(text)")
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
