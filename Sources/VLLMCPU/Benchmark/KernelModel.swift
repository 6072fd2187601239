// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The sizes of a model's layers.
package struct KernelModel: Sendable {
    /// What the table calls it.
    package var name: String
    package var numLayers: Int
    package var hiddenSize: Int
    package var intermediateSize: Int
    package var numHeads: Int
    package var numKVHeads: Int
    package var headDim: Int
    package var vocabularySize: Int
    /// The MLP has a gate beside what it multiplies.
    package var isGated: Bool

    package init(
        name: String, numLayers: Int, hiddenSize: Int, intermediateSize: Int, numHeads: Int, numKVHeads: Int,
        headDim: Int, vocabularySize: Int, isGated: Bool = true
    ) {
        (self.name, self.numLayers, self.hiddenSize) = (name, numLayers, hiddenSize)
        (self.intermediateSize, self.numHeads, self.numKVHeads) = (intermediateSize, numHeads, numKVHeads)
        (self.headDim, self.vocabularySize, self.isGated) = (headDim, vocabularySize, isGated)
    }

    /// Half a billion parameters (Qwen2.5-0.5B).
    package static let small = KernelModel(
        name: "0.5B", numLayers: 24, hiddenSize: 896, intermediateSize: 4864, numHeads: 14, numKVHeads: 2,
        headDim: 64, vocabularySize: 151_936)
    /// Eight billion parameters (Llama-3.1-8B).
    package static let large = KernelModel(
        name: "8B", numLayers: 32, hiddenSize: 4096, intermediateSize: 14336, numHeads: 32, numKVHeads: 8,
        headDim: 128, vocabularySize: 128_256)

    /// Elements of a token's queries.
    var queryWidth: Int { numHeads * headDim }
    /// Elements of a token's queries, keys and values.
    var mergedWidth: Int { (numHeads + 2 * numKVHeads) * headDim }
}
