// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCheckpoints
import VLLMEngine
import VLLMJSON

/// Older and other names of architectures, with the keys that their files have.
@Suite struct AliasTests {
    /// A fixture as another name's file would write it.
    struct Alias: CustomTestStringConvertible, Sendable {
        let name: String
        let fixture: String
        /// Keys by their usual names.
        var renamed: [String: String] = [:]
        var removed: [String] = []
        var added: JSONObject = [:]

        var testDescription: String { "\(name) \(fixture)" }
    }

    static let all: [Alias] = [
        // tiiuae/falcon-rw-1b, falcon-7b and falcon-40b as they were first published.
        Alias(
            name: "RWForCausalLM", fixture: "falcon-rw", renamed: rw,
            removed: ["new_decoder_architecture", "multi_query", "parallel_attn", "max_position_embeddings"]),
        Alias(
            name: "RWForCausalLM", fixture: "falcon-7b", renamed: rw,
            removed: ["new_decoder_architecture", "activation"], added: ["model_type": "RefinedWebModel"]),
        Alias(
            name: "RWForCausalLM", fixture: "falcon-40b", renamed: rw,
            removed: ["new_decoder_architecture", "multi_query"], added: ["model_type": "RefinedWeb"]),
        // stabilityai/stablelm-3b-4e1t.
        Alias(
            name: "StableLMEpochForCausalLM", fixture: "stablelm",
            renamed: ["layer_norm_eps": "norm_eps", "partial_rotary_factor": "rope_pct"],
            removed: ["qk_layernorm", "use_parallel_residual"],
            added: ["model_type": "stablelm_epoch", "rotary_scaling_factor": 1.0, "num_heads": 3]),
        Alias(name: "LLaMAForCausalLM", fixture: "llama"),
        // As transformers 5 saves them.
        Alias(
            name: "Qwen3MoeForCausalLM", fixture: "qwen3-moe", renamed: ["num_experts": "num_local_experts"]),
        Alias(name: "OlmoeForCausalLM", fixture: "olmoe", renamed: ["num_experts": "num_local_experts"]),
        Alias(name: "AquilaForCausalLM", fixture: "llama", added: ["model_type": "aquila"]),
        Alias(name: "AquilaModel", fixture: "llama", added: ["model_type": "aquila"]),
        Alias(name: "XverseForCausalLM", fixture: "llama", added: ["model_type": "xverse"]),
        Alias(name: "YiForCausalLM", fixture: "llama", added: ["model_type": "Yi"]),
        // internlm/internlm-7b and internlm3-8b-instruct.
        Alias(
            name: "InternLMForCausalLM", fixture: "llama-mha-bias", renamed: ["attention_bias": "bias"],
            added: ["rotary": ["base": 10_000, "type": "dynamic"]]),
        Alias(
            name: "InternLM3ForCausalLM", fixture: "llama-mha-bias", renamed: ["attention_bias": "qkv_bias"],
            added: ["bias": true]),
    ]

    private static let rw = [
        "num_attention_heads": "n_head", "num_hidden_layers": "n_layer", "num_kv_heads": "n_head_kv",
    ]

    /// The fixture's files under the other name.
    private func folder(_ alias: Alias) throws -> TemporaryFolder {
        let source = try ModelFixture(alias.fixture).source
        let original = try #require(try source.object("config.json"))
        var config: JSONObject = [:]
        for (key, value) in original where !alias.removed.contains(key) {
            config[alias.renamed[key] ?? key] = value
        }
        for (key, value) in alias.added { config[key] = value }
        config["architectures"] = [.string(alias.name)]
        let folder = try TemporaryFolder()
        try folder.write(JSONWriter().bytes(.object(config)), to: "config.json")
        for name in try source.fileNames() where name.contains(".safetensors") {
            try folder.write(try #require(try source.file(name)).bytes, to: name)
        }
        return folder
    }

    private func greedy(_ folder: TemporaryFolder, _ fixture: String) async throws -> (
        found: [Int32], expected: [Int32]
    ) {
        let prompt = try #require(try ModelFixture(fixture).prompts.first)
        var options = EngineOptions(model: folder.path)
        (options.dtype, options.kvCacheMemoryBytes) = (.float32, 8 << 20)
        let engine = try await ModelLoader.load(.folder(path: folder.path), options)
        let completion = try await engine.complete(prompt.ids, tokens: prompt.greedy.count)
        await engine.shutdown()
        return (completion.tokenIDs, prompt.greedy)
    }

    @Test("a checkpoint under another name of its architecture says the same", arguments: all)
    func sameModel(alias: Alias) async throws {
        let tokens = try await greedy(try folder(alias), alias.fixture)
        #expect(tokens.found == tokens.expected)
    }

    @Test("Yi's first files, whose norms have other names, say the same")
    func yiNorms() async throws {
        let folder = try folder(Alias(name: "YiForCausalLM", fixture: "llama"))
        let bytes = try folder.read("model.safetensors")
        let size = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = String(decoding: bytes[8..<8 + size], as: UTF8.self)
        let renamed = Array(
            header.replacing("input_layernorm", with: "ln1")
                .replacing("post_attention_layernorm", with: "ln2").utf8)
        // Spaces fill the header, so that the tensors stay where they are.
        let padding = [UInt8](repeating: 0x20, count: size - renamed.count)
        try folder.write(
            Array(bytes[..<8]) + renamed + padding + bytes[(8 + size)...], to: "model.safetensors")
        let tokens = try await greedy(folder, "llama")
        #expect(tokens.found == tokens.expected)
    }

    @Test("positions of InternLM that are scaled otherwise are refused")
    func internLMRotary() async throws {
        let alias = Alias(name: "InternLMForCausalLM", fixture: "llama", added: ["rotary": ["type": "xpos"]])
        await #expect { _ = try await greedy(try folder(alias), "llama") } throws: { error in
            "\(error)".contains("rotary: 'type' 'xpos'")
        }
    }
}
