// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMModels
import VLLMTensors

/// Configurations that ask for mathematics that is not there are refused by key and value.
@Suite struct RefusedConfigurationTests {
    /// A fixture whose config.json has another value for a key, and what the error must name besides the key.
    struct Change: CustomTestStringConvertible, Sendable {
        let fixture: String
        let key: String
        let value: JSONValue
        let mention: String

        init(_ fixture: String, _ key: String, _ value: JSONValue, _ mention: String) {
            (self.fixture, self.key, self.value, self.mention) = (fixture, key, value, mention)
        }

        var testDescription: String { "\(fixture) \(key)" }
    }

    static let changes: [Change] = [
        Change("deepseek-v2", "scoring_func", "sigmoid", "sigmoid"),
        Change("deepseek-v2", "topk_method", "noaux_tc", "noaux_tc"),
        Change("deepseek-v2", "norm_topk_prob", true, "true"),
        Change("deepseek-v2", "moe_layer_freq", 2, "2"),
        Change("deepseek-v2", "n_group", 3, "8 experts"),
        Change("deepseek-v2", "num_key_value_heads", 1, "1"),
        Change("deepseek-v2", "kv_lora_rank", 25, "even"),
        Change("deepseek-v2", "qk_rope_head_dim", 1022, "998"),
        Change("deepseek-v2", "num_attention_heads", 16_384, "60"),
        Change("deepseek-v2", "hidden_act", "mish", "mish"),
        Change("deepseek-v3", "scoring_func", "softmax", "softmax"),
        Change("deepseek-v3", "topk_method", "greedy", "greedy"),
        Change("gpt-oss", "swiglu_limit", 6.0, "6.0"),
        Change("gpt-oss", "swiglu_alpha", 1.5, "1.5"),
        Change("gpt-oss", "hidden_act", "gelu", "silu"),
        Change("gpt-oss", "layer_types", ["full_attention", "chunked_attention"], "sliding_attention"),
        Change("gptj", "rotary_dim", 7, "even"),
        Change("gptj", "n_head", 4, "66"),
        Change("gptj", "activation_function", "quick_gelu", "quick_gelu"),
        Change("gpt-neox", "rope_scaling", ["type": "stretchy"], "stretchy"),
        Change("falcon-40b", "num_kv_heads", 4, "6 heads"),
        Change("falcon-40b", "activation", "celu", "celu"),
        Change("opt", "layer_norm_elementwise_affine", false, "false"),
        Change("opt", "num_attention_heads", 4, "66"),
        Change("qwen", "intermediate_size", 181, "even"),
        Change("qwen", "kv_channels", 21, "even"),
        Change("qwen", "scale_attn_weights", false, "false"),
        Change("baichuan-7b", "hidden_act", "relu6", "relu6"),
        Change("chatglm3", "rmsnorm", false, "false"),
        Change("chatglm3", "post_layer_norm", false, "false"),
        Change("chatglm3", "apply_residual_connection_post_layernorm", true, "true"),
        Change("chatglm3", "position_encoding_2d", true, "true"),
        Change("chatglm3", "pre_seq_len", 128, "128"),
        Change("chatglm3", "quantization_bit", 4, "4"),
        Change("chatglm3", "multi_query_group_num", 4, "6 heads"),
        Change("chatglm3", "kv_channels", 14, "14"),
        Change("chatglm3", "rope_ratio", -1, "-1"),
        Change("chatglm3", "padded_vocab_size", .null, "padded_vocab_size"),
    ]

    @Test("what is not supported is named with its key", arguments: changes)
    func refused(change: Change) throws {
        let checkpoint = try Checkpoint(ModelFixture(change.fixture).source)
        _ = try decoder(checkpoint, checkpoint.config)
        var config = checkpoint.config
        config[change.key] = change.value
        let error = #expect(throws: CheckpointError.self) { try decoder(checkpoint, config) }
        let text = error?.description ?? ""
        #expect(text.contains(change.key) && text.contains(change.mention), "\(text)")
    }

    @Test("the first ChatGLM, which has other keys, is told from the later ones")
    func firstChatGLM() throws {
        let checkpoint = try Checkpoint(ModelFixture("chatglm3").source)
        var config = checkpoint.config
        config["padded_vocab_size"] = JSONValue?.none
        let error = #expect(throws: CheckpointError.self) { try decoder(checkpoint, config) }
        #expect(error?.description.contains("first ChatGLM") == true)
    }

    @Test("Baichuan's head has rows of length one but in the first 13B, whose vocabulary tells it")
    func baichuanHeads() throws {
        let checkpoint = try Checkpoint(ModelFixture("baichuan2-13b").source)
        var config = checkpoint.config
        #expect(try decoder(checkpoint, config).normalizesHead)
        config["vocab_size"] = 64_000
        let first = try decoder(checkpoint, config)
        #expect(!first.normalizesHead && first.alibi == .slopes(scale: 1) && first.positions == .none)
        config["max_position_embeddings"] = 4096
        #expect(try decoder(checkpoint, config).alibi == .none)
    }

    @Test("the pattern of windows has two names")
    func windowPattern() throws {
        let checkpoint = try Checkpoint(ModelFixture("gemma3").source)
        var config = checkpoint.config
        (config["layer_types"], config["sliding_window_pattern"]) = (JSONValue?.none, JSONValue?.none)
        for (key, period) in [("_sliding_window_pattern", 2), ("sliding_window_pattern", 3)] {
            config[key] = .integer(period)
            let windows = try decoder(checkpoint, config).windows
            #expect(
                windows.indices.filter { windows[$0] == 0 }
                    == windows.indices.filter { ($0 + 1) % period == 0 })
        }
    }

    @Test("ChatGLM's ratio multiplies the base, but divides positions in ChatGLM2-6B-32K")
    func ropeRatio() throws {
        let checkpoint = try Checkpoint(ModelFixture("chatglm3").source)
        var config = checkpoint.config
        config["rope_ratio"] = 50
        for (name, theta, scaling) in [
            ("THUDM/chatglm3-6b-32k", 500_000.0, RotaryConfiguration.Scaling.none),
            ("THUDM/chatglm2-6b-32k", 10_000, .linear(factor: 50)),
        ] {
            config["_name_or_path"] = .string(name)
            let decoder = try decoder(checkpoint, config)
            guard case .rotary(let rotary) = decoder.positions else {
                Issue.record("no rotary positions")
                return
            }
            #expect(rotary.theta == theta && rotary.scaling == scaling && rotary.style == .interleaved)
            #expect(decoder.maxPositions == 256)
        }
    }

    @Test("a token of latent attention keeps one vector in each layer")
    func latentBytes() throws {
        let checkpoint = try Checkpoint(ModelFixture("deepseek-v2").source)
        #expect(try decoder(checkpoint, checkpoint.config).kvBytesPerToken(.bfloat16) == 2 * (26 + 6) * 2)
    }

    private func decoder(_ checkpoint: Checkpoint, _ config: JSONObject) throws -> DecoderConfiguration {
        let names = config["architectures"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let architecture = try #require(
            Registry.architectures.first { names.contains(where: $0.names.contains) })
        return try architecture.decoder(ConfigReader(config, file: "config.json"), checkpoint)
    }
}
