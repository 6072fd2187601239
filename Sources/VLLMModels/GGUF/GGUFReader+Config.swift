// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON

extension GGUFReader {
    /// What nearly every family's config.json says, under the keys of most families.
    ///
    /// - Parameters:
    ///   - architecture: the name that config.json would have in `architectures`.
    ///   - hasLatentAttention: says that the lengths of keys and values are not the width of heads.
    func config(
        _ architecture: String, hasLatentAttention: Bool = false
    ) throws(CheckpointError) -> JSONObject {
        guard let table = shape("token_embd.weight"), table.count == 2 else {
            throw CheckpointError(
                model.name, "has no matrix 'token_embd.weight': is this a vocabulary alone?")
        }
        let numHeads = try require("attention.head_count")
        let hiddenSize = try require("embedding_length")
        var config: JSONObject = [
            "architectures": [.string(architecture)],
            "vocab_size": .integer(table[0]),
            "hidden_size": .integer(hiddenSize),
            "num_hidden_layers": .integer(try require("block_count")),
            "num_attention_heads": .integer(numHeads),
            "num_key_value_heads": .integer(try int("attention.head_count_kv") ?? numHeads),
            "max_position_embeddings": .integer(try require("context_length")),
            "tie_word_embeddings": .bool(!hasTensor("output.weight")),
            "attention_bias": .bool(hasLayerTensor("attn_q.bias")),
            "mlp_bias": .bool(hasLayerTensor("ffn_up.bias")),
        ]
        func set(_ key: String, _ value: JSONValue?) { if let value { config[key] = value } }
        set("intermediate_size", try int("feed_forward_length").map { .integer($0) })
        set("rms_norm_eps", try double("attention.layer_norm_rms_epsilon").map { .number($0) })
        set("layer_norm_eps", try double("attention.layer_norm_epsilon").map { .number($0) })
        guard config["rms_norm_eps"] != nil || config["layer_norm_eps"] != nil else {
            throw error(
                "attention.layer_norm_rms_epsilon", "is missing, and so is attention.layer_norm_epsilon")
        }
        set("sliding_window", try int("attention.sliding_window").flatMap { $0 > 0 ? .integer($0) : nil })
        if hasLatentAttention {
            try addRotary(to: &config, headDim: try require("rope.dimension_count"))
        } else {
            let headDim = try headDim()
            set("head_dim", headDim.map { .integer($0) })
            try addRotary(to: &config, headDim: headDim ?? (numHeads > 0 ? hiddenSize / numHeads : 0))
        }
        try addTokens(to: &config)
        return config
    }

    /// The width of heads, where the file says it; values are as wide as keys.
    private func headDim() throws(CheckpointError) -> Int? {
        guard let headDim = try int("attention.key_length") else { return nil }
        let values = try int("attention.value_length") ?? headDim
        guard values == headDim else {
            throw error("attention.value_length", "is \(values), but keys have \(headDim)")
        }
        return headDim
    }

    /// The share of a head that is turned, the base, and how positions are stretched.
    private func addRotary(to config: inout JSONObject, headDim: Int) throws(CheckpointError) {
        if let theta = try double("rope.freq_base") { config["rope_theta"] = .number(theta) }
        if let dimension = try int("rope.dimension_count"), headDim > 0, dimension != headDim {
            var share = Double(dimension) / Double(headDim)
            // The reader of config.json rounds down.
            if Int(share * Double(headDim)) < dimension { share = share.nextUp }
            config["partial_rotary_factor"] = .number(share)
        }
        if let scaling = try ropeScaling() { config["rope_scaling"] = .object(scaling) }
    }

    private func ropeScaling() throws(CheckpointError) -> JSONObject? {
        func list(_ numbers: [Float]) -> JSONValue { .array(numbers.map { .number(Double($0)) }) }
        let trained = try int("rope.scaling.original_context_length").map { JSONValue.integer($0) }
        if let long = try floats("rope_factors_long.weight"),
            let short = try floats("rope_factors_short.weight")
        {
            var scaling: JSONObject = [
                "rope_type": "longrope", "long_factor": list(long), "short_factor": list(short),
            ]
            scaling["original_max_position_embeddings"] = trained
            if let factor = try double("rope.scaling.attn_factor") {
                scaling["attention_factor"] = .number(factor)
            }
            return scaling
        }
        if let factors = try floats("rope_freqs.weight"), factors.contains(where: { $0 != 1 }) {
            // What Llama 3's scaling comes to: each pair's frequency is divided, at every length.
            return [
                "rope_type": "longrope", "long_factor": list(factors), "short_factor": list(factors),
                "attention_factor": 1,
                "original_max_position_embeddings": .integer(try require("context_length")),
            ]
        }
        let type = try string("rope.scaling.type") ?? (has("rope.scale_linear") ? "linear" : "none")
        switch type {
        case "none": return nil
        case "linear":
            let older = try double("rope.scale_linear")
            guard let factor = try double("rope.scaling.factor") ?? older else {
                throw error("rope.scaling.factor", "is missing")
            }
            return ["rope_type": "linear", "factor": .number(factor)]
        case "yarn":
            guard let factor = try double("rope.scaling.factor") else {
                throw error("rope.scaling.factor", "is missing")
            }
            var scaling: JSONObject = ["rope_type": "yarn", "factor": .number(factor)]
            scaling["original_max_position_embeddings"] = trained
            for (key, name) in [
                ("beta_fast", "yarn_beta_fast"), ("beta_slow", "yarn_beta_slow"),
                ("attention_factor", "yarn_attn_factor"), ("extrapolation_factor", "yarn_ext_factor"),
            ] {
                if let value = try double("rope.scaling.\(name)") { scaling[key] = .number(value) }
            }
            return scaling
        case "longrope": throw error("rope.scaling.type", "is longrope, but there are no factors for it")
        default: throw error("rope.scaling.type", "is '\(type)'; none, linear, yarn and longrope are read")
        }
    }

    /// Tokens that begin and end a text; those that end a turn or a message end an answer too.
    private func addTokens(to config: inout JSONObject) throws(CheckpointError) {
        if let token = try common("tokenizer.ggml.bos_token_id") { config["bos_token_id"] = .integer(token) }
        var ends: [JSONValue] = []
        for name in ["eos", "eot", "eom"] {
            guard let token = try common("tokenizer.ggml.\(name)_token_id") else { continue }
            if !ends.contains(.integer(token)) { ends.append(.integer(token)) }
        }
        if !ends.isEmpty { config["eos_token_id"] = .array(ends) }
    }
}
