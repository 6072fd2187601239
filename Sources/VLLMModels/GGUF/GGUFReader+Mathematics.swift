// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON

/// A key of an architecture's metadata by which some family says what it computes.
private struct MathematicalKey {
    let name: String
    /// Values that change nothing; llama.cpp takes 0 for "not said" in most of its scales.
    let neutral: [JSONValue]

    init(_ name: String, neutral: JSONValue...) { (self.name, self.neutral) = (name, neutral) }

    static let all: [MathematicalKey] = scales + attention + positions + experts + others

    private static let scales = [
        MathematicalKey("attn_logit_softcapping", neutral: 0),
        MathematicalKey("final_logit_softcapping", neutral: 0),
        MathematicalKey("router_logit_softcapping", neutral: 0),
        MathematicalKey("logit_scale", neutral: 0, 1),
        MathematicalKey("residual_scale", neutral: 0, 1),
        MathematicalKey("embedding_scale", neutral: 0, 1),
        MathematicalKey("activation_sparsity_scale"),
        MathematicalKey("swiglu_clamp_exp"), MathematicalKey("swiglu_clamp_shexp"),
    ]

    private static let attention = [
        MathematicalKey("attention.scale", neutral: 0),
        MathematicalKey("attention.output_scale", neutral: 0, 1),
        MathematicalKey("attention.max_alibi_bias", neutral: 0),
        MathematicalKey("attention.clamp_kqv", neutral: 0),
        MathematicalKey("attention.causal", neutral: true),
        MathematicalKey("attention.sliding_window_pattern", neutral: 0, 1),
        MathematicalKey("attention.temperature_scale", neutral: 0),
        MathematicalKey("attention.temperature_length", neutral: 0),
        MathematicalKey("attention.shared_kv_layers", neutral: 0),
        MathematicalKey("attention.relative_buckets_count", neutral: 0),
        MathematicalKey("attention.q_lora_rank", neutral: 0),
        MathematicalKey("attention.kv_lora_rank", neutral: 0),
        MathematicalKey("attention.key_length_mla"), MathematicalKey("attention.value_length_mla"),
        MathematicalKey("attention.key_length_swa"), MathematicalKey("attention.value_length_swa"),
        MathematicalKey("attention.group_norm_groups", neutral: 0),
        MathematicalKey("use_parallel_residual", neutral: false),
        MathematicalKey("swin_norm", neutral: false),
        MathematicalKey("rescale_every_n_layers", neutral: 0),
        MathematicalKey("full_attention_interval", neutral: 0, 1),
    ]

    private static let positions = [
        MathematicalKey("rope.freq_base_swa"), MathematicalKey("rope.dimension_count_swa"),
        MathematicalKey("rope.dimension_sections"),
        MathematicalKey("rope.scaling.alpha", neutral: 0, 1),
        MathematicalKey("rope.scaling.attn_factor", neutral: 0, 1),
        MathematicalKey("rope.scaling.yarn_log_multiplier", neutral: 0),
        MathematicalKey("rope.scaling.yarn_attn_factor", neutral: 1),
        MathematicalKey("rope.scaling.yarn_ext_factor", neutral: -1, 1),
    ]

    private static let experts = [
        MathematicalKey("expert_count", neutral: 0),
        MathematicalKey("expert_used_count", neutral: 0),
        MathematicalKey("expert_shared_count", neutral: 0),
        MathematicalKey("expert_group_count", neutral: 0, 1),
        MathematicalKey("expert_group_used_count", neutral: 0, 1),
        MathematicalKey("expert_group_scale", neutral: 0, 1),
        MathematicalKey("experts_per_group", neutral: 0),
        // 1 is the softmax.
        MathematicalKey("expert_gating_func", neutral: 0, 1),
        MathematicalKey("expert_weights_scale", neutral: 0, 1),
        MathematicalKey("expert_weights_norm", neutral: false),
        MathematicalKey("moe_every_n_layers", neutral: 0, 1),
        MathematicalKey("interleave_moe_layer_step", neutral: 0, 1),
        MathematicalKey("moe_latent_size", neutral: 0),
        MathematicalKey("nextn_predict_layers", neutral: 0),
    ]

    private static let others = [
        MathematicalKey("pooling_type", neutral: 0),
        MathematicalKey("embedding_length_per_layer_input", neutral: 0),
        MathematicalKey("altup.num_inputs", neutral: 0, 1),
        MathematicalKey("n_deepstack_layers", neutral: 0),
        MathematicalKey("ssm.conv_kernel", neutral: 0),
    ]
}

extension GGUFReader {
    /// Refuses a key that changes the mathematics of some family and that this one has not read.
    func checkMathematics() throws(CheckpointError) {
        for key in MathematicalKey.all where !hasRead(key.name) {
            guard let value = value(key.name), !key.neutral.contains(where: { value.isSame(as: $0) }) else {
                continue
            }
            throw error(
                key.name,
                "is \(ConfigReader.show(value)), which this architecture does not read here, though it may change what the model computes"
            )
        }
    }

    /// Refuses files that hold something else than a model, such as an adapter.
    static func checkKind(of model: GGUFModel) throws(CheckpointError) {
        let key = "general.type"
        let values = model.metadata.reader
        guard let kind = try values.string(key), kind != "model" else { return }
        let advice =
            switch kind {
            case "adapter": "; give the file of the model that it adapts"
            case "mmproj": ", the half of a model that sees or hears; give the file of its text model"
            default: ""
            }
        throw values.error(key, "is '\(kind)', not a model\(advice)")
    }
}
