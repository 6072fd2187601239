// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLM

extension Architecture {
    /// SmolLM3 (huggingface.co/blog/smollm3): Llama's shape and names, with layers that know no positions.
    static let smolLM3 = Architecture(names: ["SmolLM3ForCausalLM"]) { config, _ throws(CheckpointError) in
        try config.require("hidden_act", oneOf: ["silu"])
        try config.require("use_sliding_window", oneOf: [false])
        for key in ["attention_bias", "mlp_bias"] { try config.require(key, oneOf: [false]) }
        let shape = try DecoderShape(config)
        let headDim = try shape.headDim(config)
        let rotary = try RotaryConfiguration(
            config, headDim: headDim, maxPositions: shape.maxPositions, defaultTheta: 2e6)
        var decoder = try DecoderConfiguration(
            config, norm: .rms, epsilon: Float(try config.double("rms_norm_eps", default: 1e-6)),
            positions: .rotary(rotary), mlp: .gated(.silu), headDim: headDim,
            tiesEmbeddings: try config.bool("tie_word_embeddings", default: true), names: .llama)
        let period = try config.int("no_rope_layer_interval", in: 1...4096, default: 4)
        // The list has a one for each layer that is turned, whatever its name says.
        let listed = try config.doubles("no_rope_layers")
        let isTurned = listed.map { $0.map { $0 != 0 } } ?? (1...shape.numLayers).map { $0 % period != 0 }
        guard isTurned.count == shape.numLayers else {
            throw config.error("no_rope_layers", "should have a number for each of \(shape.numLayers) layers")
        }
        decoder.layerPositions = isTurned.map { $0 ? .rotary(rotary) : .none }
        return decoder
    }
}
