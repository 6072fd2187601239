// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON

extension GGUFFamily {
    /// GPT-J 6B.
    static let gptJ = GGUFFamily("gptj") { model throws(CheckpointError) in
        var config = try model.config("GPTJForCausalLM").inNamesOfGPT2
        config["partial_rotary_factor"] = nil
        config["rotary_dim"] = .integer(try model.require("rope.dimension_count"))
        let layer = "transformer.h.{}"
        return GGUFTranslation(
            config: config,
            tensors: .gpt2.with([
                "blk.{}.attn_q": .name("\(layer).attn.q_proj"),
                "blk.{}.attn_k": .name("\(layer).attn.k_proj"),
                "blk.{}.attn_v": .name("\(layer).attn.v_proj"),
                "blk.{}.attn_output": .name("\(layer).attn.out_proj"),
                "blk.{}.ffn_up": .name("\(layer).mlp.fc_in"),
                "blk.{}.ffn_down": .name("\(layer).mlp.fc_out"),
            ]))
    }
}
