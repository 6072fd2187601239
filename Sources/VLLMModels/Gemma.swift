// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// Gemma 1 and CodeGemma (arXiv 2403.08295): Llama with scaled embeddings, and norms whose weights are stored less
    /// one.
    static let gemma = Architecture(names: ["GemmaForCausalLM"]) { config, _ throws(CheckpointError) in
        // Checkpoints that say gelu were trained with its approximation.
        let key = try config.string("hidden_activation") == nil ? "hidden_act" : "hidden_activation"
        let function = try activation(config, key: key, default: "gelu_pytorch_tanh")
        return try gemmaLike(config, activation: function == .gelu ? .geluTanh : function)
    }

    /// The choices that all Gemmas share.
    static func gemmaLike(
        _ config: ConfigReader, activation: Activation, model: String = "model"
    ) throws(CheckpointError) -> DecoderConfiguration {
        let config = config.withDefaults(["head_dim": 256])
        try config.require("use_bidirectional_attention", oneOf: [false])
        var decoder = try llamaLike(config, defaultTied: true, activation: activation, model: model)
        decoder.embeddingScale = Float(decoder.hiddenSize).squareRoot()
        decoder.roundsEmbeddingScale = true
        decoder.normWeightOffset = 1
        try setBiases(of: &decoder, config)
        return decoder
    }
}
