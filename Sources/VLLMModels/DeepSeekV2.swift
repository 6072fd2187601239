// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// DeepSeek-V2, V2-Lite and V2.5 (arXiv 2405.04434): latent attention, experts of which some are shared.
    static let deepSeekV2 = Architecture(names: ["DeepseekV2ForCausalLM"]) {
        config, _ throws(CheckpointError) in
        var decoder = try deepSeekLike(config, turnsPairs: true)
        decoder.experts = try deepSeekV2Experts(config, numLayers: decoder.numLayers)
        return decoder
    }

    /// What V2 and V3 share: Llama with latent attention.
    static func deepSeekLike(
        _ config: ConfigReader, turnsPairs: Bool
    ) throws(CheckpointError) -> DecoderConfiguration {
        let shape = try DecoderShape(config)
        try config.require("num_key_value_heads", oneOf: [.integer(shape.numHeads)])
        try config.require("mlp_bias", oneOf: [false])
        let latent = try latentAttention(config, numHeads: shape.numHeads)
        var rotary = try RotaryConfiguration(
            config, headDim: latent.rotaryDim, maxPositions: shape.maxPositions)
        rotary.style = turnsPairs ? .interleaved : .halves
        var decoder = DecoderConfiguration(
            shape: shape, intermediateSize: try config.int("intermediate_size", in: 1...(1 << 22)),
            norm: .rms, epsilon: Float(try config.double("rms_norm_eps", default: 1e-6)),
            positions: .rotary(rotary), mlp: .gated(try gateActivation(config)),
            tiesEmbeddings: try config.bool("tie_word_embeddings", default: false), names: .llama)
        decoder.headDim = latent.contentDim + latent.rotaryDim
        decoder.latentAttention = latent
        if latent.hasBias { decoder.biases = .attentionOutput }
        decoder.attentionScale =
            try attentionMagnitude(config, rotary) / Float(decoder.headDim).squareRoot()
        return decoder
    }

    private static func latentAttention(
        _ config: ConfigReader, numHeads: Int
    ) throws(CheckpointError) -> LatentAttentionConfiguration {
        let rank = try config.int("kv_lora_rank", in: 2...960)
        guard rank % 2 == 0 else { throw config.error("kv_lora_rank", "should be even, is \(rank)") }
        let rotaryDim = try config.int("qk_rope_head_dim", in: 2...1024 - rank)
        guard rotaryDim % 2 == 0 else {
            throw config.error("qk_rope_head_dim", "should be even, is \(rotaryDim)")
        }
        // Products of all extents have to fit 64 bits.
        guard numHeads * 1024 <= 1 << 22 else {
            throw config.error("num_attention_heads", "is \(numHeads), too many for latent attention")
        }
        let attention = "model.layers.{}.self_attn"
        let queryRank = try config.int("q_lora_rank", in: 1...(1 << 16), default: 0)
        var latent = LatentAttentionConfiguration(
            queryRank: queryRank, rank: rank, contentDim: try config.int("qk_nope_head_dim", in: 1...1024),
            rotaryDim: rotaryDim, valueDim: try config.int("v_head_dim", in: 1...1024),
            // The models' own code leaves these norms at their default, whatever rms_norm_eps says.
            epsilon: 1e-6,
            names: .init(
                query: "\(attention).\(queryRank > 0 ? "q_b_proj" : "q_proj")",
                queryDown: "\(attention).q_a_proj", queryNorm: "\(attention).q_a_layernorm",
                latent: "\(attention).kv_a_proj_with_mqa", latentNorm: "\(attention).kv_a_layernorm",
                keyValue: .merged("\(attention).kv_b_proj")))
        latent.hasBias = try config.bool("attention_bias", default: false)
        return latent
    }

    /// What YaRN multiplies scores with besides the tables: the square of the magnitude that `mscale_all_dim` weighs.
    private static func attentionMagnitude(
        _ config: ConfigReader, _ rotary: RotaryConfiguration
    ) throws(CheckpointError) -> Float {
        guard case .yarn(let yarn) = rotary.scaling else { return 1 }
        let parameters = try config.nested("rope_parameters")
        let scaling = if let parameters { parameters } else { try config.nested("rope_scaling") }
        let weight = try scaling?.double("mscale_all_dim", default: 0) ?? 0
        guard weight != 0 else { return 1 }
        let magnitude = RotaryConfiguration.YaRN.magnitude(yarn.factor, weight: weight)
        return Float(magnitude * magnitude)
    }
}
