// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// StableLM 3B, 2 and Zephyr (arXiv 2402.17834): Llama with layer norms and a quarter of each head turned; some with
    /// norms of each head's query and key, or with attention and MLP beside each other. Their first files say Epoch, and
    /// `rope_pct` and `norm_eps`.
    static let stableLM = Architecture(names: ["StableLmForCausalLM", "StableLMEpochForCausalLM"]) {
        config, _ throws(CheckpointError) in
        try config.require("rotary_scaling_factor", oneOf: [1, 1.0])
        var decoder = try llamaLike(
            config, defaultEpsilon: 1e-5, defaultRotaryShare: try config.double("rope_pct", default: 0.25),
            norm: .layer,
            epsilonKey: config.object.contains("norm_eps") ? "norm_eps" : "layer_norm_eps")
        if try config.bool("use_qkv_bias", default: false) { decoder.biases = .queryKeyValue }
        if try config.bool("qk_layernorm", default: false) {
            decoder.queryKeyNorm = .eachHead(.layer)
            decoder.names.queryNorm = "model.layers.{}.self_attn.q_layernorm.norms.{}"
            decoder.names.keyNorm = "model.layers.{}.self_attn.k_layernorm.norms.{}"
        }
        if try config.bool("use_parallel_residual", default: false) {
            decoder.residual = .parallel
            decoder.names.mlpNorm = nil
        }
        return decoder
    }
}
