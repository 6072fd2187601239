// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension Architecture {
    /// InternLM2 and 2.5 (arXiv 2403.17297): Llama with names of its own, and one layer for queries, keys and values, in
    /// which each key/value head follows the queries that share it.
    static let internLM2 = Architecture(names: ["InternLM2ForCausalLM"]) {
        config, _ throws(CheckpointError) in
        try config.require("pretraining_tp", oneOf: [1])
        var decoder = try llamaLike(config)
        if try config.bool("bias", default: false) { decoder.biases = [.queryKeyValue, .attentionOutput] }
        let layer = "model.layers.{}"
        decoder.names = DecoderNames(
            embedding: "model.tok_embeddings", attentionNorm: "\(layer).attention_norm",
            queryKeyValue: .merged("\(layer).attention.wqkv", layout: .perGroup),
            attentionOutput: "\(layer).attention.wo", mlpNorm: "\(layer).ffn_norm",
            gate: "\(layer).feed_forward.w1", up: "\(layer).feed_forward.w3",
            down: "\(layer).feed_forward.w2", finalNorm: "model.norm", head: "output")
        return decoder
    }
}
