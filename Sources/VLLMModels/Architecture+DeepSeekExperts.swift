// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers
import VLLMTensors

extension Architecture {
    /// The experts of DeepSeek-V3 (arXiv 2412.19437, section 2.1.2): scores by sigmoid, a correction that balances the
    /// choice, groups by their two best, shared experts that are one MLP, in all but the first layers.
    static func deepSeekExperts(
        _ config: ConfigReader, numLayers: Int
    ) throws(CheckpointError) -> ExpertsConfiguration {
        try config.require("scoring_func", oneOf: ["sigmoid"])
        try config.require("topk_method", oneOf: ["noaux_tc"])
        var routing = try routing(
            config, numExperts: "n_routed_experts",
            normalizes: try config.bool("norm_topk_prob", default: true))
        routing.score = .sigmoid
        routing.groups = try groups(config, of: routing, score: .sumOfTwoLargest)
        var experts = try deepSeekExperts(config, routing, numLayers: numLayers)
        experts.names.correction = "model.layers.{}.mlp.gate.e_score_correction_bias"
        return experts
    }

    /// The experts of DeepSeek-V2 (arXiv 2405.04434, section 2.2): scores by softmax, and in the larger model groups by
    /// their best.
    static func deepSeekV2Experts(
        _ config: ConfigReader, numLayers: Int
    ) throws(CheckpointError) -> ExpertsConfiguration {
        try config.require("scoring_func", oneOf: ["softmax"])
        try config.require("norm_topk_prob", oneOf: [false])
        var routing = try routing(config, numExperts: "n_routed_experts", normalizes: false)
        switch try config.string("topk_method") ?? "greedy" {
        case "greedy": break
        case "group_limited_greedy": routing.groups = try groups(config, of: routing, score: .largest)
        case let method:
            throw config.error(
                "topk_method", "'\(method)' is not supported; greedy and group_limited_greedy are")
        }
        return try deepSeekExperts(config, routing, numLayers: numLayers)
    }

    private static func groups(
        _ config: ConfigReader, of routing: RoutingOptions, score: RoutingOptions.Groups.Score
    ) throws(CheckpointError) -> RoutingOptions.Groups? {
        let count = try config.int("n_group", in: 1...routing.numExperts, default: 1)
        let chosen = try config.int("topk_group", in: 1...count, default: 1)
        return count > 1 ? .init(count: count, chosen: chosen, score: score) : nil
    }

    /// What both have in common.
    private static func deepSeekExperts(
        _ config: ConfigReader, _ routing: RoutingOptions, numLayers: Int
    ) throws(CheckpointError) -> ExpertsConfiguration {
        try config.require("moe_layer_freq", oneOf: [1])
        var routing = routing
        routing.scale = Float(try config.double("routed_scaling_factor", default: 1))
        guard routing.isValid else {
            throw config.error(
                "n_group",
                "is \(routing.groups?.count ?? 1), which does not cut \(routing.numExperts) experts so that \(routing.numExpertsPerToken) are in \(routing.groups?.chosen ?? 1) groups"
            )
        }
        let numDense = try config.int("first_k_dense_replace", in: 0...4096, default: 0)
        let mlp = "model.layers.{}.mlp"
        let expert = "\(mlp).experts.{}"
        var experts = ExpertsConfiguration(
            routing: routing, intermediateSize: try expertSize(config, "moe_intermediate_size", of: routing),
            layers: (0..<numLayers).map { $0 >= numDense },
            names: ExpertNames(
                router: "\(mlp).gate",
                weights: .separate(
                    gate: "\(expert).gate_proj", up: "\(expert).up_proj", down: "\(expert).down_proj")))
        let numShared = try config.int("n_shared_experts", in: 0...64, default: 0)
        if numShared > 0 {
            experts.sharedIntermediateSize = numShared * experts.intermediateSize
            experts.names.shared = .init(
                gate: "\(mlp).shared_experts.gate_proj", up: "\(mlp).shared_experts.up_proj",
                down: "\(mlp).shared_experts.down_proj")
        }
        return experts
    }
}
