// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMJSON

/// Keys of config.json by which some family says what it computes.
///
/// A family that reads them does what they say or refuses their value. One that does not know them would compute
/// something else than was trained, so that they must stand at a value that changes nothing.
private struct MathematicalKeys {
    /// Names of one choice: a family that reads one of them has made it.
    let names: [String]
    /// Values that change nothing; null never does.
    let neutral: [JSONValue]

    init(_ names: String..., neutral: JSONValue...) {
        self.names = names
        self.neutral = neutral
    }

    static let all: [MathematicalKeys] =
        activations + norms + attention + positions + windows + scales + biases + experts

    private static let activations = [
        MathematicalKeys("hidden_act", "hidden_activation", "activation_function", "activation"),
        MathematicalKeys("swiglu_limit"),
    ]

    private static let norms = [
        MathematicalKeys(
            "rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon", "layernorm_epsilon", "norm_eps",
            "norm_epsilon"),
        MathematicalKeys("norm_type", "normalization_type", "layer_norm_type"),
        MathematicalKeys("rmsnorm", "use_rmsnorm", neutral: true),
        MathematicalKeys(
            "use_qk_norm", "qk_layernorm", "qk_norm", "use_qk_layernorm", "use_query_key_norm", neutral: false
        ),
        MathematicalKeys("do_layer_norm_before", "layer_norm_elementwise_affine", neutral: true),
        MathematicalKeys(
            "apply_residual_connection_post_layernorm", "normalize_embedding", neutral: false),
    ]

    private static let attention = [
        MathematicalKeys("attn_logit_softcapping", "attn_logit_softcap", "attn_soft_cap", neutral: 0),
        MathematicalKeys("clip_qkv"),
        MathematicalKeys("attention_multiplier", "query_pre_attn_scalar", "attention_scale"),
        MathematicalKeys("scale_attn_weights", neutral: true),
        MathematicalKeys("scale_attn_by_inverse_layer_idx", neutral: false),
        MathematicalKeys("attn_temperature_tuning", "attention_sink_bias", neutral: false),
        MathematicalKeys("parallel_attn", "use_parallel_residual", "parallel_residual", neutral: false),
        MathematicalKeys("new_decoder_architecture", "multi_query", "multi_query_attention", neutral: false),
        MathematicalKeys(
            "is_encoder_decoder", "add_cross_attention", "use_bidirectional_attention", neutral: false),
        MathematicalKeys("is_causal", "causal", neutral: true),
        MathematicalKeys("kv_lora_rank"), MathematicalKeys("q_lora_rank"),
        MathematicalKeys("mlp_type", neutral: "default"),
    ]

    private static let positions = [
        MathematicalKeys(
            "position_embedding_type", "position_encoding_type", neutral: "rope", "rotary", "rope_gptj"),
        MathematicalKeys("alibi", "use_alibi", neutral: false),
        MathematicalKeys("rope_theta", "rotary_emb_base", "rope_base", neutral: 10_000),
        MathematicalKeys("rope_local_base_freq"),
        MathematicalKeys(
            "partial_rotary_factor", "rotary_pct", "rope_pct", "rotary_percent", "rotary_emb_fraction",
            neutral: 1),
        MathematicalKeys("rotary_dim"),
        MathematicalKeys("rotary", neutral: true),
        MathematicalKeys("pos_emb", neutral: "rotary"),
        MathematicalKeys("use_mrope", neutral: false),
        MathematicalKeys("rope_ratio", "rope_alpha", "ntk_alpha", neutral: 1),
        MathematicalKeys("rope_interleaved", "rope_interleave", "rope_traditional", neutral: false),
        MathematicalKeys("no_rope_layer_interval", neutral: 0),
    ]

    private static let windows = [
        MathematicalKeys("use_sliding_window", neutral: false),
        MathematicalKeys("attention_chunk_size", "attention_window_size"),
    ]

    private static let scales = [
        MathematicalKeys("final_logit_softcapping", "final_logit_softcap", "logits_soft_cap", neutral: 0),
        MathematicalKeys("logit_scale", "logits_scaling", "output_multiplier_scale", neutral: 1),
        MathematicalKeys("embedding_multiplier", "scale_emb", "embedding_multiplier_scale", neutral: 1),
        MathematicalKeys("residual_multiplier", "scale_depth", neutral: 1),
        MathematicalKeys("scale_embeddings", "scale_embedding", neutral: false),
    ]

    private static let biases = [
        MathematicalKeys(
            "attention_bias", "use_qkv_bias", "qkv_bias", "add_qkv_bias", "attention_qkv_bias", "use_bias",
            "bias",
            neutral: false),
        MathematicalKeys("attention_out_bias", "attention_output_bias", neutral: false),
        MathematicalKeys("mlp_bias", "add_bias_linear", neutral: false),
        MathematicalKeys("lm_head_bias", neutral: false),
    ]

    private static let experts = [
        MathematicalKeys(
            "num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts", neutral: 0, 1),
        MathematicalKeys("n_shared_experts", "num_shared_experts", neutral: 0),
        MathematicalKeys("moe_layer_freq", "moe_layer_frequency", neutral: 1),
        MathematicalKeys("scoring_func", "moe_router_score_function", neutral: "softmax"),
    ]
}

extension ConfigReader {
    /// Refuses a key that changes the mathematics of some family and that nobody has read.
    ///
    /// Called when a family has read what it knows; objects such as `text_config` that it read from are looked at too.
    ///
    /// - Parameters:
    ///   - numLayers: the entries of lists that have one a layer.
    ///   - known: keys that say nothing that the tensors do not.
    package func checkMathematics(
        numLayers: Int? = nil, except known: [String] = []
    ) throws(CheckpointError) {
        // A number that is missing has its family's default; one that is null would be none at all.
        for key in Self.neverNull where hasRead(key) && object[key]?.isNull == true {
            throw error(
                key,
                "is null, which is not supported for this architecture; without the key it has its usual value"
            )
        }
        for choice in MathematicalKeys.all where !choice.names.contains(where: hasRead) {
            for name in choice.names where !known.contains(name) {
                try check(name, isNeutral: { value in choice.neutral.contains { value.isSame(as: $0) } })
            }
        }
        // Qwen2's files name a window that they do not use.
        if object["use_sliding_window"]?.boolValue != false {
            try check("sliding_window", isNeutral: { _ in false })
        }
        if let numLayers, let kinds = object["layer_types"], let count = kinds.arrayValue?.count,
            count != numLayers
        {
            throw error(
                "layer_types",
                "should have an entry for each of the \(numLayers) layers, has \(count): \(Self.show(kinds))")
        }
        try check(
            "layer_types",
            isNeutral: { $0.arrayValue?.allSatisfy { $0.stringValue == "full_attention" } ?? false })
        try check("word_embed_proj_dim", isNeutral: { $0 == object["hidden_size"] })
        try check("no_rope_layers", isNeutral: { $0.arrayValue?.allSatisfy { $0.intValue == 1 } ?? false })
        for key in ["rope_scaling", "rope_parameters"] {
            try check(
                key,
                isNeutral: {
                    Self.isPlainRotary($0) || $0 == object["rope_parameters"] && hasRead("rope_parameters")
                })
            if hasRead(key), object[key]?.objectValue != nil { try nested(key)?.checkRotary() }
        }
        for (key, value) in object where hasRead(key) && key.hasSuffix("_config") && value.objectValue != nil
        {
            try nested(key)?.checkMathematics(numLayers: numLayers)
        }
    }

    /// Keys of which null means something else than their default.
    private static let neverNull = [
        "activation", "activation_function", "attention_multiplier", "embedding_multiplier", "hidden_act",
        "logit_scale", "logits_scaling", "query_pre_attn_scalar", "residual_multiplier", "rotary_dim",
        "routed_scaling_factor", "swiglu_alpha", "swiglu_limit",
    ]

    /// True for a key by which some family says what it computes.
    static func isMathematical(_ key: String) -> Bool {
        MathematicalKeys.all.contains { $0.names.contains(key) }
            || ["layer_types", "no_rope_layers", "rope_parameters", "rope_scaling", "sliding_window"]
                .contains(key)
    }

    private func check(_ key: String, isNeutral: (JSONValue) -> Bool) throws(CheckpointError) {
        guard !hasRead(key), let value = object[key], !value.isNull, !isNeutral(value) else { return }
        throw error(
            key,
            "is \(Self.show(value)), which this architecture does not read here, though it may change what the model computes; where it means nothing, --hf-overrides '{\"\(key)\": null}' says so"
        )
    }

    /// True for an object of rotary positions that are as they are: no scaling, the usual base.
    private static func isPlainRotary(_ value: JSONValue) -> Bool {
        guard let object = value.objectValue else { return false }
        let type = object["rope_type"]?.stringValue ?? object["type"]?.stringValue ?? "default"
        let base = object["rope_theta"]?.doubleValue ?? 10_000
        let share = object["partial_rotary_factor"]?.doubleValue ?? 1
        return type == "default" && base == 10_000 && share == 1
    }
}

extension JSONValue {
    /// True for equal values, where 1 is 1.0.
    package func isSame(as other: JSONValue) -> Bool {
        if let number = doubleValue, let other = other.doubleValue { return number == other }
        return self == other
    }
}
