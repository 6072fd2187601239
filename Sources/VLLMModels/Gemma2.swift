// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension Architecture {
    /// Gemma 2 (arXiv 2408.00118): Gemma with norms behind attention and MLP too, soft caps, and a window in every
    /// other layer.
    static let gemma2 = Architecture(names: ["Gemma2ForCausalLM"], exceedsFloat16: true) {
        config, _ throws(CheckpointError) in
        let config = config.withDefaults([
            "num_key_value_heads": 4, "sliding_window": 4096, "attn_logit_softcapping": 50,
            "final_logit_softcapping": 30,
        ])
        var decoder = try gemma2Like(config)
        try setAlternatingWindows(of: &decoder, config, defaultPattern: 2)
        return decoder
    }

    /// The choices that Gemma 2 and 3 share.
    static func gemma2Like(
        _ config: ConfigReader, model: String = "model"
    ) throws(CheckpointError) -> DecoderConfiguration {
        var decoder = try gemmaLike(
            config,
            activation: try activation(config, key: "hidden_activation", default: "gelu_pytorch_tanh"),
            model: model)
        let scalar = try config.double("query_pre_attn_scalar", default: 256)
        guard scalar > 0 else {
            throw config.error("query_pre_attn_scalar", "should be greater than zero, is \(scalar)")
        }
        decoder.attentionScale = Float(1 / scalar.squareRoot())
        decoder.attentionSoftCap = Float(try config.double("attn_logit_softcapping", default: 0))
        decoder.logitSoftCap = Float(try config.double("final_logit_softcapping", default: 0))
        decoder.names.attentionOutputNorm = "\(model).layers.{}.post_attention_layernorm"
        decoder.names.mlpNorm = "\(model).layers.{}.pre_feedforward_layernorm"
        decoder.names.mlpOutputNorm = "\(model).layers.{}.post_feedforward_layernorm"
        return decoder
    }
}
