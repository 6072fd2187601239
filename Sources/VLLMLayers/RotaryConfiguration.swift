// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import VLLMTensors

/// The frequencies by which positions turn queries and keys (arXiv 2104.09864).
public struct RotaryConfiguration: Sendable, Hashable {
    /// Which elements make a pair.
    public enum RotaryStyleName: Sendable, Hashable {
        /// Elements i and i + dimension / 2.
        case halves
        /// Elements 2i and 2i + 1.
        case interleaved
    }

    /// Which elements make a pair.
    public var style: RotaryStyleName = .halves
    /// Leading elements of a head that are turned; even.
    public var dimension: Int
    /// The base of the geometric series of wavelengths.
    public var theta: Double
    /// How the trained range is stretched.
    public var scaling: Scaling = .none

    /// Creates a configuration.
    public init(dimension: Int, theta: Double, scaling: Scaling = .none) {
        self.dimension = dimension
        self.theta = theta
        self.scaling = scaling
    }

    /// The longest sequence that positions reach whose model was made for so many, as vLLM derives it: what is
    /// stretched by a factor reaches so much further, except where config.json gives the stretched length.
    public func reach(_ maxPositions: Int) -> Int {
        let length =
            switch scaling {
            case .none, .llama3, .longRoPE: Double(maxPositions)
            case .linear(let factor), .dynamic(let factor, _): factor * Double(maxPositions)
            case .yarn(let yarn): yarn.factor * yarn.trainedPositions
            }
        return Int(min(max(length, 1), Double(1 << 24)))
    }

    /// Radians a position, one for each pair: `dimension / 2` of them.
    ///
    /// - Parameter maxModelLen: the longest sequence that is served. Scalings that depend on a sequence's length in
    ///   their papers depend on this one instead, so that keys that were turned once stay right, and a token's bits do
    ///   not depend on what comes behind it.
    package func inverseFrequencies(maxModelLen: Int) -> [Float] {
        let base = scaling.base(theta, dimension: dimension, maxModelLen: maxModelLen)
        return (0..<dimension / 2).map { pair in
            let plain = 1 / pow(base, Double(2 * pair) / Double(dimension))
            return Float(
                scaling.frequency(
                    plain, pair: pair, base: base, dimension: dimension, maxModelLen: maxModelLen))
        }
    }

    /// Cosines and sines of all positions up to a length, [maxModelLen, dimension / 2] each, times the scaling's
    /// attention factor.
    ///
    /// Angles are float32 products, as the reference computes them.
    ///
    /// - Parameter backend: lends its threads.
    package func table(maxModelLen: Int, on backend: any Backend) -> (cosines: [Float], sines: [Float]) {
        let frequencies = inverseFrequencies(maxModelLen: maxModelLen)
        let factor = Float(scaling.attentionFactor)
        func table(_ function: (Float) -> Float) -> [Float] {
            let grain = 1024
            let width = frequencies.count
            return unsafe [Float](unsafeUninitializedCapacity: maxModelLen * width) { values, count in
                let target = unsafe values
                backend.concurrently(chunks: (maxModelLen + grain - 1) / grain) { chunk in
                    for position in chunk * grain..<min(maxModelLen, (chunk + 1) * grain) {
                        for (pair, frequency) in frequencies.enumerated() {
                            unsafe target.initializeElement(
                                at: position * width + pair,
                                to: factor * function(Float(position) * frequency))
                        }
                    }
                }
                count = maxModelLen * width
            }
        }
        return (table(cosf), table(sinf))
    }
}
