// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// Command-R, R+ and Aya (docs.cohere.com/docs/command-r): attention and MLP beside each other behind one layer norm
    /// without bias, heads turned in neighbouring pairs, scaled logits; in R+ each head's query and key have a norm.
    static let cohere = Architecture(names: ["CohereForCausalLM"]) { config, _ throws(CheckpointError) in
        var decoder = try cohereLike(config)
        if try config.bool("use_qk_norm", default: false) {
            setQueryKeyNorm(of: &decoder)
            decoder.queryKeyNorm = .eachHead(.layer)
        }
        return decoder
    }

    /// The choices that Command-R and Command-R7B share.
    static func cohereLike(_ config: ConfigReader) throws(CheckpointError) -> DecoderConfiguration {
        var decoder = try llamaLike(
            config, defaultTied: true, defaultEpsilon: 1e-5, norm: .layer, epsilonKey: "layer_norm_eps")
        try setBiases(of: &decoder, config)
        decoder.normHasBias = false
        decoder.residual = .parallel
        decoder.names.mlpNorm = nil
        setInterleavedRotary(of: &decoder)
        decoder.logitScale = Float(try config.double("logit_scale", default: 0.0625))
        decoder.maxPositions = try config.int(
            "model_max_length", in: 1...(1 << 24), default: decoder.maxPositions)
        return decoder
    }
}
