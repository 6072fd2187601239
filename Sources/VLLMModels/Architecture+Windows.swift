// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMLayers

extension Architecture {
    /// Which layers see a window: those that `layer_types` calls so, or where it is missing, those of a pattern.
    static func slidingLayers(
        _ config: ConfigReader, numLayers: Int, pattern: (_ layer: Int) -> Bool
    ) throws(CheckpointError) -> [Bool] {
        guard let kinds = try config.strings("layer_types") else { return (0..<numLayers).map(pattern) }
        let known = ["full_attention", "sliding_attention"]
        guard kinds.count == numLayers, kinds.allSatisfy(known.contains) else {
            throw config.error(
                "layer_types",
                "should name \(known.joined(separator: " or ")) for each of the \(numLayers) layers, has \(kinds.count): \(ConfigReader.show(.array(kinds.map { .string($0) })))"
            )
        }
        return kinds.map { $0 == known[1] }
    }

    /// The window of `sliding_window` in the layers that `layer_types` calls so, or in all; none where it is null.
    static func setWindow(of decoder: inout DecoderConfiguration, _ config: ConfigReader)
        throws(CheckpointError)
    {
        let window = try config.int("sliding_window", in: 1...(1 << 24), default: 0)
        let isSliding = try slidingLayers(config, numLayers: decoder.numLayers) { _ in true }
        decoder.windows = isSliding.map { $0 ? window : 0 }
    }

    /// The window of `sliding_window` in all layers but every so many'th, which `sliding_window_pattern` counts.
    static func setAlternatingWindows(
        of decoder: inout DecoderConfiguration, _ config: ConfigReader, defaultPattern: Int
    ) throws(CheckpointError) {
        let window = try config.int("sliding_window", in: 1...(1 << 24), default: 0)
        // Later releases of transformers write it so.
        let later = try config.int("_sliding_window_pattern", in: 1...4096, default: defaultPattern)
        let period = try config.int("sliding_window_pattern", in: 1...4096, default: later)
        let isSliding = try slidingLayers(config, numLayers: decoder.numLayers) { ($0 + 1) % period != 0 }
        decoder.windows = isSliding.map { $0 ? window : 0 }
    }
}
