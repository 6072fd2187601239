// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// OPT (arXiv 2205.01068) and Galactica: learned positions from the third row on, biases everywhere; the 350M has its
    /// norms behind the sums and an embedding narrower than the model.
    static let opt = Architecture(names: ["OPTForCausalLM"]) { config, checkpoint throws(CheckpointError) in
        let shape = try DecoderShape(config)
        _ = try evenHeadDim(config, shape)
        try config.require("layer_norm_elementwise_affine", oneOf: [true])
        let model = checkpoint.has("decoder.embed_tokens.weight") ? "decoder" : "model.decoder"
        var decoder = DecoderConfiguration(
            shape: shape, intermediateSize: try config.int("ffn_dim", in: 1...(1 << 22)),
            norm: .layer, epsilon: 1e-5, positions: .learned,
            mlp: .plain(try activation(config, key: "activation_function", default: "relu")),
            tiesEmbeddings: try config.bool("tie_word_embeddings", default: true),
            names: optNames(model: model))
        decoder.positionOffset = 2
        if try config.bool("enable_bias", default: true) {
            decoder.biases = [.queryKeyValue, .attentionOutput, .mlp]
        }
        let isNormedBefore = try config.bool("do_layer_norm_before", default: true)
        if !isNormedBefore { decoder.residual = .normedSum }
        let hasFinalNorm = try !config.bool("_remove_final_layer_norm", default: false)
        if !isNormedBefore || !hasFinalNorm { decoder.names.finalNorm = nil }
        let width = try config.int("word_embed_proj_dim", in: 1...(1 << 20), default: shape.hiddenSize)
        if width != shape.hiddenSize {
            decoder.embeddingSize = width
            decoder.names.embeddingProjection = "\(model).project_in"
            decoder.names.headProjection = "\(model).project_out"
        }
        return decoder
    }

    private static func optNames(model: String) -> DecoderNames {
        let layer = "\(model).layers.{}"
        var names = DecoderNames(
            embedding: "\(model).embed_tokens",
            attentionNorm: "\(layer).self_attn_layer_norm",
            queryKeyValue: .separate(
                query: "\(layer).self_attn.q_proj", key: "\(layer).self_attn.k_proj",
                value: "\(layer).self_attn.v_proj"),
            attentionOutput: "\(layer).self_attn.out_proj",
            mlpNorm: "\(layer).final_layer_norm",
            up: "\(layer).fc1",
            down: "\(layer).fc2",
            finalNorm: "\(model).final_layer_norm",
            head: "lm_head")
        names.positions = "\(model).embed_positions"
        return names
    }
}
