// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension Architecture {
    /// Gemma 3 (arXiv 2503.19786): Gemma 2 with norms of queries and keys instead of soft caps, and a rotary base of
    /// its own for the layers that see a window, five of six. Of checkpoints with a vision tower, the text part.
    static let gemma3 = Architecture(
        names: ["Gemma3ForCausalLM", "Gemma3ForConditionalGeneration"], exceedsFloat16: true
    ) {
        config, checkpoint throws(CheckpointError) in
        guard let text = try config.nested("text_config") else {
            return try gemma3Text(config, model: "model")
        }
        // As files have it, and as transformers 5 holds it in memory.
        let isOlder = checkpoint.has("language_model.model.embed_tokens.weight")
        var decoder = try gemma3Text(text, model: isOlder ? "language_model.model" : "model.language_model")
        decoder.tiesEmbeddings = try config.bool("tie_word_embeddings", default: decoder.tiesEmbeddings)
        if isOlder { decoder.names.head = "language_model.lm_head" }
        decoder.unusedPrefixes = ["", "model."].flatMap {
            ["\($0)vision_tower.", "\($0)multi_modal_projector."]
        }
        return decoder
    }

    /// The keys that files leave out have the values of the 4B's text part.
    private static func gemma3Text(
        _ config: ConfigReader, model: String
    ) throws(CheckpointError) -> DecoderConfiguration {
        let config = config.withDefaults([
            "vocab_size": 262_208, "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers": 26,
            "num_attention_heads": 8, "num_key_value_heads": 4, "max_position_embeddings": 131_072,
            "sliding_window": 4096,
        ])
        var decoder = try gemma2Like(config, model: model)
        try setAlternatingWindows(of: &decoder, config, defaultPattern: 6)
        setQueryKeyNorm(of: &decoder, model: model)
        try setLayerPositions(of: &decoder, config)
        return decoder
    }

    /// Positions of the layers that see all, and of those that see a window.
    private static func setLayerPositions(
        of decoder: inout DecoderConfiguration, _ config: ConfigReader
    ) throws(CheckpointError) {
        // The stretched length stands in config.json.
        decoder.maxPositions = try DecoderShape(config).maxPositions
        let kinds = try config.nested("rope_parameters")
        let neutral = ConfigReader([:], file: config.file)
        let base = try config.double("rope_theta", default: 1_000_000)
        let localBase = try config.double("rope_local_base_freq", default: 10_000)
        let full = try kinds.map { kinds throws(CheckpointError) in
            let parameters = try kinds.nested("full_attention")
            return parameters ?? neutral
        }
        let localParameters = try kinds?.nested("sliding_attention")
        let local = localParameters ?? neutral
        let positions = try RotaryConfiguration(
            config, headDim: decoder.headDim, maxPositions: decoder.maxPositions, defaultTheta: base,
            parameters: full?.withDefaults(["rope_theta": .number(base)]))
        let localPositions = try RotaryConfiguration(
            config, headDim: decoder.headDim, maxPositions: decoder.maxPositions,
            parameters: local.withDefaults(["rope_theta": .number(localBase)]))
        decoder.positions = .rotary(positions)
        decoder.layerPositions = decoder.windows.map { .rotary($0 > 0 ? localPositions : positions) }
    }
}
