// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// Baichuan 7B (huggingface.co/baichuan-inc): Llama with queries, keys and values in one layer.
    static let baichuan = Architecture(names: ["BaiChuanForCausalLM"]) { config, _ throws(CheckpointError) in
        try baichuanLike(config)
    }

    /// Baichuan 13B and Baichuan 2 (arXiv 2309.10305): the 13B, whose file has `model_max_length` and no
    /// `max_position_embeddings`, has ALiBi, and Baichuan 2 a head with rows of length one.
    static let baichuan2 = Architecture(names: ["BaichuanForCausalLM"]) { config, _ throws(CheckpointError) in
        let isRotary = config.object.contains("max_position_embeddings")
        let length = try config.int("model_max_length", in: 1...(1 << 24), default: 4096)
        var decoder = try baichuanLike(
            config.withDefaults(["max_position_embeddings": .integer(length)]))
        if !isRotary {
            decoder.positions = .none
            decoder.alibi = .slopes(scale: 1)
        }
        // The first Baichuan's vocabulary is all that tells it from the second.
        decoder.normalizesHead = decoder.vocabularySize != 64_000
        return decoder
    }

    private static func baichuanLike(_ config: ConfigReader) throws(CheckpointError) -> DecoderConfiguration {
        var decoder = try llamaLike(config)
        decoder.names.queryKeyValue = .merged("model.layers.{}.self_attn.W_pack")
        return decoder
    }
}
