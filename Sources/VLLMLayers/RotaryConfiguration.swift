// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
public import VLLMCheckpoints

/// The frequencies by which positions turn queries and keys (arXiv 2104.09864).
public struct RotaryConfiguration: Sendable, Hashable {
    /// How a trained range of positions is stretched.
    public enum Scaling: Sendable, Hashable {
        /// Positions are as they are.
        case none
        /// All positions divided by a factor (arXiv 2306.15595).
        case linear(factor: Double)
        /// Low frequencies divided, high ones kept, a ramp between: Llama 3.1's model card.
        case llama3(
            factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, trainedPositions: Double)
    }

    /// Which elements make a pair.
    public var style: RotaryStyleName = .halves
    /// Leading elements of a head that are turned; even.
    public var dimension: Int
    /// The base of the geometric series of wavelengths.
    public var theta: Double
    /// How the trained range is stretched.
    public var scaling: Scaling = .none

    /// Which elements make a pair.
    public enum RotaryStyleName: Sendable, Hashable {
        /// Elements i and i + dimension / 2.
        case halves
        /// Elements 2i and 2i + 1.
        case interleaved
    }

    /// Creates a configuration.
    public init(dimension: Int, theta: Double, scaling: Scaling = .none) {
        self.dimension = dimension
        self.theta = theta
        self.scaling = scaling
    }

    /// Radians a position, one for each pair: `dimension / 2` of them.
    package var inverseFrequencies: [Float] {
        (0..<dimension / 2).map { pair in
            let plain = 1 / pow(theta, Double(2 * pair) / Double(dimension))
            switch scaling {
            case .none: return Float(plain)
            case .linear(let factor): return Float(plain / factor)
            case .llama3(let factor, let low, let high, let trained):
                let wavelength = 2 * Double.pi / plain
                if wavelength < trained / high { return Float(plain) }
                if wavelength > trained / low { return Float(plain / factor) }
                let ramp = (trained / wavelength - low) / (high - low)
                return Float((1 - ramp) * plain / factor + ramp * plain)
            }
        }
    }

    /// Cosines and sines of all positions, [positions, dimension / 2] each.
    ///
    /// Angles are float32 products, as the reference computes them.
    package func table(positions: Int) -> (cosines: [Float], sines: [Float]) {
        let frequencies = inverseFrequencies
        var cosines: [Float] = []
        var sines: [Float] = []
        cosines.reserveCapacity(positions * frequencies.count)
        sines.reserveCapacity(positions * frequencies.count)
        for position in 0..<positions {
            for frequency in frequencies {
                let angle = Float(position) * frequency
                cosines.append(cosf(angle))
                sines.append(sinf(angle))
            }
        }
        return (cosines, sines)
    }

    /// Reads the keys in use: `rope_theta` with `rope_scaling`, or `rope_parameters` with both.
    public init(
        _ config: ConfigReader, headDim: Int, maxPositions: Int, defaultTheta: Double = 10_000,
        defaultShare: Double = 1
    ) throws(CheckpointError) {
        let parameters = try config.nested("rope_parameters")
        let scaling = parameters == nil ? try config.nested("rope_scaling") : parameters
        let share = try (parameters ?? config).double(
            "partial_rotary_factor",
            default: try config.double("partial_rotary_factor", default: defaultShare))
        let theta = try (parameters ?? config).double(
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
        if let scaling { self.scaling = try Self.scaling(scaling, maxPositions: maxPositions) }
    }

    private static func scaling(_ config: ConfigReader, maxPositions: Int) throws(CheckpointError) -> Scaling
    {
        let older = try config.string("type")
        let type = try config.string("rope_type") ?? older ?? "default"
        switch type {
        case "default": return .none
        case "linear": return .linear(factor: try positive("factor", config))
        case "llama3":
            let low = try positive("low_freq_factor", config)
            let high = try positive("high_freq_factor", config)
            guard high > low else {
                throw config.error("high_freq_factor", "should be greater than low_freq_factor")
            }
            return .llama3(
                factor: try positive("factor", config), lowFrequencyFactor: low, highFrequencyFactor: high,
                trainedPositions: try config.double(
                    "original_max_position_embeddings", default: Double(maxPositions)))
        default:
            throw config.error("rope_type", "'\(type)' is not supported yet; default, linear and llama3 are")
        }
    }

    private static func positive(_ key: String, _ config: ConfigReader) throws(CheckpointError) -> Double {
        let value = try config.double(key)
        guard value > 0 else { throw config.error(key, "should be greater than zero, is \(value)") }
        return value
    }
}
