// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Synchronization
import Testing
import VLLMCheckpoints
import VLLMEngine
import VLLMJSON
import VLLMTensors
import VLLMTypes

/// What the files and the flags beside the weights decide.
@Suite struct ConfigurationTests {
    /// A copy of a fixture with another config.json and more files.
    private func folder(
        _ name: String, config members: JSONObject = [:], files: [String: String] = [:]
    ) throws -> TemporaryFolder {
        let source = try ModelFixture(name).source
        var config = try #require(try source.object("config.json"))
        for (key, value) in members { config[key] = value }
        let folder = try TemporaryFolder()
        try folder.write(JSONWriter().bytes(.object(config)), to: "config.json")
        try folder.write(
            try #require(try source.file("model.safetensors")).bytes, to: "model.safetensors")
        for (name, text) in files { try folder.write(Array(text.utf8), to: name) }
        return folder
    }

    /// What is known of a model once it runs, and what was told.
    private func load(
        _ folder: TemporaryFolder, environment: [String: String] = [:],
        _ change: (inout EngineOptions) -> Void = { _ in }
    ) async throws -> (info: ModelInfo, notes: [LoadNote]) {
        var options = EngineOptions(model: folder.path)
        options.kvCacheMemoryBytes = 8 << 20
        change(&options)
        let notes = Mutex<[LoadNote]>([])
        let engine = try await ModelLoader.load(
            .folder(path: folder.path), options, environment: environment,
            note: { note in notes.withLock { $0.append(note) } })
        let info = engine.info
        await engine.shutdown()
        return (info, notes.withLock { $0 })
    }

    private func error(
        _ folder: TemporaryFolder, environment: [String: String] = [:],
        _ change: (inout EngineOptions) -> Void = { _ in }
    ) async -> String {
        do {
            _ = try await load(folder, environment: environment, change)
            return ""
        } catch {
            return "\(error)"
        }
    }

    // MARK: - generation_config.json

    private static let generation =
        #"{"temperature": 0.6, "top_p": 0.9, "top_k": 50, "repetition_penalty": 1.05, "min_p": null, "#
        + #""max_new_tokens": 77, "do_sample": false, "eos_token_id": [7, 9, 7]}"#

    @Test("the model's generation_config.json gives sampling defaults and the tokens that end a text")
    func generationDefaults() async throws {
        let folder = try folder(
            "llama", config: ["eos_token_id": 3], files: ["generation_config.json": Self.generation])
        let info = try await load(folder).info
        #expect(info.defaultSamplingParams.temperature == 0.6)
        #expect(info.defaultSamplingParams.topP == 0.9)
        #expect(info.defaultSamplingParams.topK == 50)
        #expect(info.defaultSamplingParams.minP == 0)
        #expect(info.defaultSamplingParams.repetitionPenalty == 1.05)
        #expect(info.defaultMaxTokens == 77)
        #expect(info.eosTokenIDs == [7, 9])
    }

    @Test("without its sampling defaults the tokens that end a text are taken still, and overrides count")
    func generationDefaultsIgnored() async throws {
        let folder = try folder("llama", files: ["generation_config.json": Self.generation])
        let info = try await load(folder) { options in
            options.usesGenerationConfig = false
            options.overrideGenerationConfig = #"{"top_k": 5}"#
        }.info
        #expect(info.defaultSamplingParams.temperature == 1)
        #expect(info.defaultSamplingParams.topP == 1)
        #expect(info.defaultSamplingParams.topK == 5)
        #expect(info.defaultMaxTokens == nil)
        #expect(info.eosTokenIDs == [7, 9])
    }

    @Test("a folder's generation_config.json takes the place of the model's")
    func generationDefaultsOfAFolder() async throws {
        let folder = try folder("llama", files: ["generation_config.json": Self.generation])
        let other = try TemporaryFolder()
        try other.write(
            Array(#"{"temperature": 0.2, "eos_token_id": 11}"#.utf8), to: "generation_config.json")
        let info = try await load(folder) { $0.generationConfigFolder = other.path }.info
        #expect(info.defaultSamplingParams.temperature == 0.2)
        #expect(info.defaultSamplingParams.topP == 1)
        #expect(info.eosTokenIDs == [11])
        let empty = try TemporaryFolder()
        let text = await error(folder) { $0.generationConfigFolder = empty.path }
        #expect(text.contains(empty.path) && text.contains("generation_config.json"), "\(text)")
    }

    @Test(
        "a default that does not do is told by its key, its value and where it stands, with one full stop",
        arguments: [
            (#"{"temperature": -1}"#, nil, "temperature", "must be in [0, 2], got -1.0."),
            (#"{"temperature": 1e999}"#, nil, "temperature", "should be a finite number, is inf."),
            (#"{"top_k": 1e999}"#, nil, "top_k", "16777216, is inf."),
            (#"{"eos_token_id": 1e999}"#, nil, "eos_token_id", "is inf."),
            ("{}", #"{"temperature": -1}"#, "temperature", "got -1.0."),
            ("{}", #"{"temperature": "x"}"#, "temperature", #"is "x"."#),
            ("{}", #"{"top_p": 1e999}"#, "top_p", "is 1e999, beyond the range of a double"),
        ] as [(String, String?, String, String)])
    func wrongDefaults(file: String, override: String?, key: String, what: String) async throws {
        let folder = try folder("llama", files: ["generation_config.json": file])
        let text = await error(folder) { $0.overrideGenerationConfig = override }
        let place = override == nil ? "generation_config.json: " : "--override-generation-config: "
        #expect(text.contains(place) && text.contains("'\(key)'") && text.contains(what), "\(text)")
        #expect(text.hasSuffix(".") && !text.hasSuffix(".."), "\(text)")
    }

    @Test("a checkpoint older than generation_config.json has its defaults in config.json")
    func generationDefaultsOfConfig() async throws {
        let folder = try folder("llama", config: ["temperature": 0.3, "top_k": 4, "eos_token_id": 3])
        let info = try await load(folder).info
        #expect(info.defaultSamplingParams.temperature == 0.3)
        #expect(info.defaultSamplingParams.topK == 4)
        #expect(info.eosTokenIDs == [3])
    }

    @Test(
        "what may surprise in a configuration is told",
        arguments: [
            ("llama", #"{"tie_word_embeddings": true}"#, "have a head of their own ('lm_head.weight')"),
            ("llama", "{}", ""), ("qwen2", "{}", ""),
            ("llama-dynamic", "{}", "Rotary positions are scaled for sequences of up to"),
            ("phi3", "{}", "Rotary positions are scaled for sequences of up to"), ("llama-yarn", "{}", ""),
        ])
    func notes(_ name: String, _ overrides: String, _ expected: String) async throws {
        let notes = Mutex<[String]>([])
        let source = try ModelFixture(name).source
        var options = EngineOptions(model: source.name)
        (options.hfOverrides, options.kvCacheMemoryBytes) = (overrides, 16 << 20)
        let engine = try await ModelLoader.load(
            source, options, note: { note in notes.withLock { $0.append(note.text) } })
        await engine.shutdown()
        let found = notes.withLock { $0 }.filter { $0.contains("head of their own") || $0.contains("Rotary") }
        #expect(
            expected.isEmpty ? found.isEmpty : found.count == 1 && found[0].contains(expected), "\(found)")
    }

    @Test("a head that could not take the place of the embeddings keeps no model from loading")
    func uselessHead() async throws {
        let folder = try folder("llama", config: ["tie_word_embeddings": true])
        var weights = try folder.read("model.safetensors")
        // The header's first is the head's.
        let shape = try #require(weights.firstRange(of: Array("[300,64]".utf8)))
        weights.replaceSubrange(shape, with: Array("[64,300]".utf8))
        try folder.write(weights, to: "model.safetensors")
        #expect(await error(folder) == "")
    }

    // MARK: - --hf-overrides

    @Test("overrides replace members of config.json before anything reads it, and the report says so")
    func overrides() async throws {
        let folder = try folder("llama")
        let (info, _) = try await load(folder) { options in
            options.hfOverrides = #"{"max_position_embeddings": 99, "eos_token_id": 5}"#
        }
        #expect(info.maxModelLen == 99)
        #expect(info.eosTokenIDs == [5])
        #expect(info.configOverrides == #"{"eos_token_id":5,"max_position_embeddings":99}"#)
        #expect(try await load(folder).info.configOverrides == nil)
        let refused = await error(folder) { $0.hfOverrides = #"{"num_hidden_layers": 1}"# }
        #expect(refused.contains("layers.1."), "\(refused)")
        for text in ["[]", "3", "{", "", "{" + String(repeating: "é", count: 100_000)] {
            let message = await error(folder) { $0.hfOverrides = text }
            #expect(message.contains("--hf-overrides"), "\(message)")
            #expect(message.count < 400 && message.contains("…") == (text.count > 200), "\(message)")
        }
    }

    @Test(
        "overrides of keys that nobody reads are refused with the nearest key",
        arguments: [
            (
                "llama", #"{"rope_thete": 5000}"#,
                ["--hf-overrides", "rope_thete", "did you mean 'rope_theta'"]
            ),
            ("llama", #"{"nothing_like_it": 1}"#, ["nothing_like_it", "LlamaForCausalLM does not read."]),
            ("llama", #"{"text_config": {"rope_theta": 1}}"#, ["text_config"]),
            ("llama", #"{"rope_scaling": {"rope_type": "linear", "factor": 2, "fctor": 3}}"#, ["fctor"]),
            (
                "gemma3-vision", #"{"text_config": {"num_hiden_layers": 3}}"#,
                ["num_hiden_layers", "did you mean 'num_hidden_layers'"]
            ),
            ("qwen2", #"{"rope_theta": 5000}"#, ["'rope_theta'", "'rope_parameters'"]),
        ])
    func unreadOverrides(_ name: String, _ overrides: String, _ mentions: [String]) async throws {
        let text = await error(try folder(name)) { $0.hfOverrides = overrides }
        for mention in mentions { #expect(text.contains(mention), "\(text)") }
    }

    @Test(
        "overrides of keys that config.json has not but the family reads are taken",
        arguments: [
            ("llama", #"{"rope_scaling": {"rope_type": "linear", "factor": 2}}"#),
            ("llama", #"{"attention_bias": false, "head_dim": 16, "eos_token_id": 3, "dtype": "float16"}"#),
            ("gemma3-vision", #"{"text_config": {"attn_logit_softcapping": 30.0}}"#),
            ("qwen2", #"{"rope_parameters": {"rope_type": "default", "rope_theta": 5000}}"#),
            ("gpt2", #"{"sliding_window": null}"#),
        ])
    func readOverrides(_ name: String, _ overrides: String) async throws {
        #expect(await error(try folder(name)) { $0.hfOverrides = overrides } == "")
    }

    // MARK: - --max-model-len

    @Test("a length beyond the trained one is refused unless it is allowed, by flag or environment")
    func longSequences() async throws {
        let folder = try folder("llama")
        let text = await error(folder) { $0.maxModelLen = 300 }
        #expect(text.contains("1…256") && text.contains("--allow-long-max-model-len"), "\(text)")
        let (info, notes) = try await load(folder) { options in
            (options.maxModelLen, options.allowsLongMaxModelLen) = (300, true)
        }
        #expect(info.maxModelLen == 300)
        #expect(notes.contains { $0.isWarning && $0.text.contains("300") && $0.text.contains("256") })
        let long = ["VLLM_ALLOW_LONG_MAX_MODEL_LEN": "1"]
        #expect(try await load(folder, environment: long) { $0.maxModelLen = 300 }.info.maxModelLen == 300)
        #expect(
            await error(folder, environment: ["VLLM_ALLOW_LONG_MAX_MODEL_LEN": "0"]) { $0.maxModelLen = 300 }
                != "")
        let endless = await error(folder, environment: long) { $0.maxModelLen = 1 << 40 }
        #expect(endless.contains("--max-model-len"), "\(endless)")
    }

    @Test("a learned table of positions is not left, allowed or not")
    func longSequencesOfATable() async throws {
        let folder = try folder("gpt2")
        let text = await error(folder) { options in
            (options.maxModelLen, options.allowsLongMaxModelLen) = (300, true)
        }
        #expect(text.contains("table"), "\(text)")
    }

    @Test("Qwen's first models are not taken beyond their training, but where that changes nothing")
    func longSequencesOfQwen() async throws {
        let folder = try folder("qwen")
        let text = await error(folder) { $0.maxModelLen = 300 }
        #expect(text.contains("1…256") && text.contains("use_dynamic_ntk, use_logn_attn"), "\(text)")
        let allowed = await error(folder) { options in
            (options.maxModelLen, options.allowsLongMaxModelLen) = (300, true)
        }
        #expect(allowed == text)
        let (info, _) = try await load(folder) { options in
            (options.maxModelLen, options.allowsLongMaxModelLen) = (300, true)
            options.hfOverrides = #"{"use_dynamic_ntk": false, "use_logn_attn": false}"#
        }
        #expect(info.maxModelLen == 300)
    }

    // MARK: - --dtype

    @Test(
        "families whose numbers leave float16 are refused in it, and run in bfloat16 where files are of it",
        arguments: ["gemma2", "gemma3", "gemma3-vision", "glm4"])
    func float16(_ name: String) async throws {
        let text = await error(try folder(name)) { $0.dtype = .float16 }
        #expect(text.contains("--dtype bfloat16 or float32") && text.contains("float16 for G"), "\(text)")
        let (info, notes) = try await load(try folder(name, config: ["torch_dtype": "float16"]))
        #expect(info.dtype == .bfloat16)
        #expect(notes.contains { $0.isWarning && $0.text.contains("float16") })
        #expect(try await load(try folder("gemma")) { $0.dtype = .half }.info.dtype == .float16)
    }

    @Test(
        "the type that config.json names is taken, with or without torch's name before it",
        arguments: [
            ("float16", "float16"), ("torch.half", "float16"), ("float32", "bfloat16"),
            ("double", "bfloat16"), ("auto", "bfloat16"),
        ])
    func namedDType(_ name: String, _ expected: String) async throws {
        let folder = try folder("llama", config: ["torch_dtype": .string(name)])
        #expect(try await load(folder).info.dtype.rawValue == expected)
    }

    // MARK: - Mathematics

    private static let mathematics: [(String, String, JSONValue)] = [
        ("llama", "clip_qkv", 8.0), ("llama", "alibi", true),
        ("llama", "position_embedding_type", "alibi"), ("llama", "attn_logit_softcapping", 50.0),
        ("llama", "final_logit_softcapping", 30.0), ("llama", "sliding_window", 128),
        ("llama", "layer_types", ["full_attention", "sliding_attention", "full_attention"]),
        ("llama", "use_qk_norm", true), ("llama", "logit_scale", 0.0625),
        ("llama", "residual_multiplier", 0.22), ("llama", "kv_lora_rank", 512),
        ("llama", "num_local_experts", 8), ("llama", "norm_type", "layer_norm"),
        ("llama", "no_rope_layers", [1, 0, 1]), ("llama", "hidden_act", "relu2"),
        ("llama", "rope_scaling", ["rope_type": "proportional", "factor": 2]),
        ("llama", "attention_chunk_size", 64), ("llama", "use_bidirectional_attention", true),
        ("gpt2", "rope_scaling", ["type": "linear", "factor": 2]), ("gpt2", "rope_theta", 500_000),
        ("gpt2", "activation_function", "mish"), ("phi", "qk_layernorm", true),
        ("qwen2", "layer_types", ["full_attention", "linear_attention"]),
        ("qwen3", "layer_types", ["full_attention"]), ("llama", "layer_types", []),
        ("gemma2", "layer_types", ["full_attention", "sliding_attention"]),
        ("qwen3-moe", "mlp_only_layers", [3.0]), ("gpt-oss", "swiglu_limit", nil),
        ("gpt-oss", "swiglu_alpha", nil), ("gptj", "rotary", false), ("gptj", "rotary_dim", nil),
        ("command-r", "logit_scale", nil), ("gemma2", "query_pre_attn_scalar", nil),
        ("granite", "attention_multiplier", nil), ("deepseek-v2", "routed_scaling_factor", nil),
        ("llama", "hidden_act", nil), ("gpt2", "activation_function", nil), ("qwen2", "use_mrope", true),
        ("command-r7b", "order_of_interleaved_layers", "global_attn_first"),
        ("qwen", "pos_emb", "learned"), ("chatglm3", "interleaved_qkv", true),
        ("stablelm", "rotary_scaling_factor", 2.0),
        ("llama-linear", "rope_scaling", ["type": "linear", "factor": 2, "low_freq_factor": 1]),
        ("llama-yarn", "rope_scaling", ["type": "yarn", "factor": 4, "attention_temperature": 2]),
        ("llama", "rope_scaling", ["type": "default", "factor": 4]),
        ("llama", "rope_scaling", ["type": "yarn"]),
        ("llama", "rope_scaling", ["type": "default", "alpha": 2]),
        ("gemma3", "rope_parameters", ["rope_type": "linear", "factor": 8]),
        ("qwen2", "rope_parameters", ["rope_type": "default", "mrope_section": [1, 1]]),
        ("llama", "torch_dtype", "float8_e4m3fn"), ("llama", "dtype", "torch.float8_e5m2"),
        ("llama", "torch_dtype", "bfloat17"), ("llama", "dtype", 16), ("llama", "torch_dtype", "int8"),
        ("llama", "architectures", nil), ("llama", "architectures", []), ("llama", "architectures", 5),
        ("llama", "architectures", ["LlamaForCausalLM", 5]), ("llama", "architectures", ""),
    ]

    @Test(
        "a key that changes the mathematics and that the family does not read is refused by name and value",
        arguments: mathematics)
    func unknownMathematics(_ name: String, _ key: String, _ value: JSONValue) async throws {
        let folder = try folder(name, config: [key: value])
        let text = await error(folder)
        let member = value["rope_type"]?.stringValue ?? value["type"]?.stringValue
        let shown = member ?? JSONWriter().string(value).replacing("torch.", with: "").trimmingQuotes
        #expect(text.contains(key) || text.contains("rope_type"), "\(text)")
        #expect(text.contains(shown) || key == "layer_types" || key == "mlp_only_layers", "\(text)")
    }

    @Test("values that change nothing are no reason to refuse, and an override takes a key away")
    func neutralMathematics() async throws {
        let neutral: JSONObject = [
            "alibi": false, "logit_scale": 1, "sliding_window": 128, "use_sliding_window": false,
            "layer_types": ["full_attention", "full_attention"], "clip_qkv": nil,
            "attn_logit_softcapping": nil, "position_embedding_type": "rope", "num_experts": 0,
            "rope_parameters": ["rope_type": "default", "rope_theta": 10_000.0, "factor": 1.0],
            "rotary": true, "use_mrope": false, "architectures": "LlamaForCausalLM",
        ]
        #expect(await error(try folder("llama", config: neutral)) == "")
        let yarn: JSONValue = [
            "type": "yarn", "factor": 4, "original_max_position_embeddings": 64, "finetuned": true,
            "low_freq_factor": nil,
        ]
        #expect(await error(try folder("llama", config: ["rope_scaling": yarn])) == "")
        let named: JSONObject = ["architectures": ["MyOwnModel", "LlamaForCausalLM"]]
        #expect(await error(try folder("llama", config: named)) == "")
        let window = try folder("llama", config: ["sliding_window": 128])
        let text = await error(window)
        #expect(text.contains(#"--hf-overrides '{"sliding_window": null}'"#), "\(text)")
        #expect(await error(window) { $0.hfOverrides = #"{"sliding_window": null}"# } == "")
    }

    @Test("an early Llama has the length that its file names otherwise, or 2048")
    func earlyLlama() async throws {
        let source = try ModelFixture("llama").source
        var config = try #require(try source.object("config.json"))
        config["max_position_embeddings"] = nil
        for (named, length) in [(JSONValue?.none, 2048), (1024, 1024)] {
            config["max_sequence_length"] = named
            let folder = try folder("llama")
            try folder.write(JSONWriter().bytes(.object(config)), to: "config.json")
            #expect(try await load(folder).info.maxModelLen == length)
        }
    }

    @Test("norms with an epsilon under zero are refused")
    func epsilon() async throws {
        let text = await error(try folder("llama", config: ["rms_norm_eps": -1]))
        #expect(text.contains("-1.0 as the epsilon"), "\(text)")
    }

    @Test("an unknown architecture is refused with the nearest names, then all that are supported")
    func unknownArchitecture() async throws {
        let text = await error(
            try folder("llama", config: ["architectures": ["Qwen2ForCasualLM"]]))
        #expect(text.contains("did you mean Qwen2ForCausalLM or Qwen3ForCausalLM"), "\(text)")
        #expect(text.contains("Supported are Qwen2ForCausalLM, Qwen3ForCausalLM"), "\(text)")
        for name in ModelLoader.provenArchitectures.flatMap(\.names) { #expect(text.contains(name)) }
    }

    @Test(
        "names are near by what tells them apart, not by how all of them end",
        arguments: [
            ("ResNet", nil), ("MPTForCausalLM", nil), ("Phi3SmallForCausalLM", nil),
            ("JambaForCausalLM", nil),
            ("ZambaForCausalLM", nil), ("RwkvForCausalLM", nil), ("BloomForCausalLM", nil),
            ("LLAMAForCausalLm", "LlamaForCausalLM"), ("qwen2forcausallm", "Qwen2ForCausalLM"),
            ("FALCONForCausalLM", "FalconForCausalLM"), ("LlamaLMHeadModel", "LlamaForCausalLM"),
            ("Lama3ForCausalLM", "LlamaForCausalLM"), (String(repeating: "L", count: 10_000), nil),
        ])
    func nearArchitectures(_ name: String, _ near: String?) async throws {
        let text = await error(try folder("llama", config: ["architectures": [.string(name)]]))
        #expect(text.contains("Supported are") && text.count < 2000)
        if let near {
            #expect(text.contains("did you mean") && text.contains(near), "\(text)")
        } else {
            #expect(!text.contains("did you mean"), "\(text)")
        }
    }

    // MARK: - The table of architectures

    @Test("the table of architectures has every random checkpoint, and each architecture has one")
    func fixturesOfArchitectures() throws {
        let root = ModelFixture.folder("models")
        var expected: [String: Set<String>] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: root) {
            let config = try CheckpointSource.folder(path: "\(root)/\(name)").object("config.json")
            guard let listed = config?["architectures"]?[0]?.stringValue else { continue }
            expected[listed, default: []].insert(name)
        }
        let table = ModelLoader.provenArchitectures
        for (architecture, names) in expected {
            let row = try #require(table.first { $0.names.contains(architecture) })
            #expect(names.isSubset(of: row.fixtures), "Scripts/check-tables --fix writes the table")
        }
        #expect(table.reduce(0) { $0 + $1.fixtures.count } == expected.values.reduce(0) { $0 + $1.count })
        for row in table { #expect(!row.fixtures.isEmpty, "\(row.names) has no fixture") }
    }
}

extension String {
    /// The text of a JSON string.
    fileprivate var trimmingQuotes: String {
        count > 1 && hasPrefix("\"") && hasSuffix("\"") ? String(dropFirst().dropLast()) : self
    }
}
