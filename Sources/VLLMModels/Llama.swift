// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMLayers
import VLLMTensors
import VLLMJSON

extension Architecture {
    /// Llama 1, 2 and 3 (arXiv 2302.13971, 2307.09288, 2407.21783), with every checkpoint of their shape: Aquila, InternLM
    /// and InternLM3, Xverse and Yi are Llama by another name.
    static let llama = Architecture(names: [
        "LlamaForCausalLM", "LLaMAForCausalLM", "AquilaForCausalLM", "AquilaModel", "InternLMForCausalLM",
        "InternLM3ForCausalLM", "XverseForCausalLM", "YiForCausalLM",
    ]) { config, checkpoint throws(CheckpointError) in
        // The first converted checkpoints name the length differently, or leave it out.
        let length = config.object["max_sequence_length"] ?? 2048
        let config = try withInternLMRotary(config.withDefaults(["max_position_embeddings": length]))
        var decoder = try llamaLike(config)
        try config.require("pretraining_tp", oneOf: [1])
        try setBiases(of: &decoder, config)
        try setInternLMBiases(of: &decoder, config)
        // Yi's first files name the norms so.
        if checkpoint.has("model.layers.0.ln1.weight") {
            decoder.names.attentionNorm = "model.layers.{}.ln1"
            decoder.names.mlpNorm = "model.layers.{}.ln2"
        }
        return decoder
    }

    /// Biases where `attention_bias` and `mlp_bias` ask for them.
    static func setBiases(of decoder: inout DecoderConfiguration, _ config: ConfigReader)
        throws(CheckpointError)
    {
        if try config.bool("attention_bias", default: false) {
            decoder.biases.formUnion([.queryKeyValue, .attentionOutput])
        }
        if try config.bool("mlp_bias", default: false) { decoder.biases.insert(.mlp) }
    }

    /// The choices that Llama's descendants share: root-mean-square norms, rotary halves, a gated MLP.
    static func llamaLike(
        _ config: ConfigReader, defaultTheta: Double = 10_000, defaultTied: Bool = false,
        defaultEpsilon: Double = 1e-6, defaultRotaryShare: Double = 1, norm: NormKind = .rms,
        epsilonKey: String = "rms_norm_eps", activation: Activation? = nil, model: String = "model"
    ) throws(CheckpointError) -> DecoderConfiguration {
        let shape = try DecoderShape(config)
        let headDim = try shape.headDim(config)
        let epsilon = try config.double(epsilonKey, default: defaultEpsilon)
        let activation = if let activation { activation } else { try gateActivation(config) }
        return try DecoderConfiguration(
            config, norm: norm, epsilon: Float(epsilon),
            positions: .rotary(
                RotaryConfiguration(
                    config, headDim: headDim, maxPositions: shape.maxPositions, defaultTheta: defaultTheta,
                    defaultShare: defaultRotaryShare)),
            mlp: .gated(activation), headDim: headDim,
            tiesEmbeddings: config.bool("tie_word_embeddings", default: defaultTied),
            names: .llama(model: model))
    }

    /// The function that `hidden_act` names.
    static func gateActivation(_ config: ConfigReader) throws(CheckpointError) -> Activation {
        try activation(config, key: "hidden_act", default: "silu")
    }

    /// The function that a key names, by transformers' names.
    static func activation(
        _ config: ConfigReader, key: String, default fallback: String
    ) throws(CheckpointError) -> Activation {
        let name = try config.string(key) ?? fallback
        switch name {
        case "silu", "swish": return .silu
        case "gelu", "gelu_python": return .gelu
        case "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_accurate", "gelu_python_tanh":
            return .geluTanh
        case "relu": return .relu
        default:
            throw config.error(
                key,
                "'\(name)' is not supported; silu, gelu, gelu_new, gelu_fast, gelu_pytorch_tanh and relu are")
        }
    }
}
