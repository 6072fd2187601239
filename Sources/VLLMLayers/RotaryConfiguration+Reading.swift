// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMCheckpoints
import VLLMJSON

extension RotaryConfiguration {
    /// Reads the keys in use: `rope_theta` with `rope_scaling`, or `rope_parameters` with both.
    ///
    /// - Parameter parameters: an object of one kind of layer, where kinds of layers have their own.
    public init(
        _ config: ConfigReader, headDim: Int, maxPositions: Int, defaultTheta: Double = 10_000,
        defaultShare: Double = 1, parameters: ConfigReader? = nil
    ) throws(CheckpointError) {
        let parameters = parameters == nil ? try config.nested("rope_parameters") : parameters
        let scaling = parameters == nil ? try config.nested("rope_scaling") : parameters
        // Files of transformers 5 may have both keys in either object.
        let share = try (scaling ?? config).double(
            "partial_rotary_factor",
            default: try config.double("partial_rotary_factor", default: defaultShare))
        let theta = try (scaling ?? config).double(
            "rope_theta", default: try config.double("rope_theta", default: defaultTheta))
        guard (0...1).contains(share) else {
            throw config.error("partial_rotary_factor", "should be in 0…1, is \(share)")
        }
        let dimension = Int(Double(headDim) * share)
        guard dimension >= 2, dimension <= headDim, dimension % 2 == 0 else {
            throw config.error(
                "partial_rotary_factor",
                "turns \(dimension) of \(headDim) elements of a head; that should be an even number from 2")
        }
        guard theta > 0 else { throw config.error("rope_theta", "should be greater than zero, is \(theta)") }
        self.init(dimension: dimension, theta: theta)
        if let scaling {
            self.scaling = try Self.scaling(
                scaling, of: config, dimension: dimension, maxPositions: maxPositions)
        }
        if case .yarn = self.scaling, theta <= 1 {
            throw config.error("rope_theta", "should be greater than one for YaRN, is \(theta)")
        }
    }

    private static func scaling(
        _ scaling: ConfigReader, of config: ConfigReader, dimension: Int, maxPositions: Int
    ) throws(CheckpointError) -> Scaling {
        let older = try scaling.string("type")
        let type = try scaling.string("rope_type") ?? older ?? "default"
        // Positions of training: the model's own key has precedence, as in the reference.
        func trained() throws(CheckpointError) -> Double {
            let key = "original_max_position_embeddings"
            let own = try scaling.int(key, in: 2...(1 << 24), default: max(maxPositions, 2))
            return Double(try config.int(key, in: 2...(1 << 24), default: own))
        }
        switch type {
        case "default": return .none
        case "linear": return .linear(factor: try positive("factor", scaling))
        case "dynamic":
            guard dimension > 2 else {
                throw scaling.error("rope_type", "'dynamic' needs more than two elements that are turned")
            }
            let factor = try positive("factor", scaling)
            return .dynamic(factor: factor, trainedPositions: Double(maxPositions))
        case "yarn": return .yarn(try yarn(scaling, trained: try trained(), maxPositions: maxPositions))
        case "llama3":
            let low = try positive("low_freq_factor", scaling)
            let high = try positive("high_freq_factor", scaling)
            guard high > low else {
                throw scaling.error("high_freq_factor", "should be greater than low_freq_factor")
            }
            return .llama3(
                factor: try positive("factor", scaling), lowFrequencyFactor: low, highFrequencyFactor: high,
                trainedPositions: try trained())
        case "longrope", "su":
            return .longRoPE(
                try longRoPE(
                    scaling, pairs: dimension / 2, trained: try trained(), maxPositions: maxPositions))
        default:
            throw scaling.error(
                "rope_type",
                "'\(type)' is not supported; default, linear, dynamic, yarn, llama3 and longrope are")
        }
    }

    private static func yarn(
        _ config: ConfigReader, trained: Double, maxPositions: Int
    ) throws(CheckpointError) -> YaRN {
        try config.require("attn_factor", oneOf: [1, 1.0])
        try config.require("extrapolation_factor", oneOf: [1, 1.0])
        guard trained != Double(maxPositions) || config.object["factor"].map({ !$0.isNull }) ?? false else {
            throw config.error(
                "factor", "is missing, and so is original_max_position_embeddings: yarn needs one of them")
        }
        var yarn = YaRN(
            factor: try positive("factor", config, default: Double(maxPositions) / trained),
            trainedPositions: trained)
        yarn.betaFast = try positive("beta_fast", config, default: 32)
        yarn.betaSlow = try positive("beta_slow", config, default: 1)
        yarn.truncates = try config.bool("truncate", default: true)
        let weights = try (config.double("mscale", default: 0), config.double("mscale_all_dim", default: 0))
        if weights.0 != 0, weights.1 != 0 {
            yarn.attentionFactor =
                YaRN.magnitude(yarn.factor, weight: weights.0)
                / YaRN.magnitude(yarn.factor, weight: weights.1)
        }
        yarn.attentionFactor = try positive("attention_factor", config, default: yarn.attentionFactor)
        return yarn
    }

    private static func longRoPE(
        _ config: ConfigReader, pairs: Int, trained: Double, maxPositions: Int
    ) throws(CheckpointError) -> LongRoPE {
        func factors(_ key: String) throws(CheckpointError) -> [Double] {
            guard let list = try config.doubles(key), list.count == pairs, list.allSatisfy({ $0 > 0 }) else {
                throw config.error(key, "should be \(pairs) numbers greater than zero, one for each pair")
            }
            return list
        }
        try config.require("short_mscale", oneOf: [])
        try config.require("long_mscale", oneOf: [])
        let factor = try positive("factor", config, default: Double(maxPositions) / trained)
        return LongRoPE(
            short: try factors("short_factor"), long: try factors("long_factor"), trainedPositions: trained,
            attentionFactor: try positive(
                "attention_factor", config,
                default: LongRoPE.magnitude(factor, trainedPositions: trained)))
    }

    private static func positive(
        _ key: String, _ config: ConfigReader, default fallback: Double? = nil
    ) throws(CheckpointError) -> Double {
        let value = try config.double(key, default: fallback)
        guard value > 0 else { throw config.error(key, "should be greater than zero, is \(value)") }
        return value
    }
}
