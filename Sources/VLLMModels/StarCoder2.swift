// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// StarCoder2 (arXiv 2402.19173): layer norms, biases everywhere, a plain MLP, and a window over the context.
    static let starCoder2 = Architecture(names: ["Starcoder2ForCausalLM"]) {
        config, _ throws(CheckpointError) in
        try config.require("norm_type", oneOf: ["layer_norm"])
        try config.require("mlp_type", oneOf: ["default"])
        let config = config.withDefaults(["num_key_value_heads": 2])
        let activation = try activation(config, key: "hidden_act", default: "gelu_pytorch_tanh")
        var decoder = try llamaLike(
            config, defaultTied: true, defaultEpsilon: 1e-5, norm: .layer, epsilonKey: "norm_epsilon",
            activation: activation)
        decoder.mlp = .plain(activation)
        decoder.names.gate = nil
        decoder.names.up = "model.layers.{}.mlp.c_fc"
        decoder.names.down = "model.layers.{}.mlp.c_proj"
        if try config.bool("use_bias", default: true) {
            decoder.biases = [.queryKeyValue, .attentionOutput, .mlp]
        }
        try setWindow(of: &decoder, config)
        return decoder
    }
}
