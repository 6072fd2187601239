// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMCheckpoints
import VLLMJSON

/// The numbers that every decoder has, under the keys of most families.
public struct DecoderShape: Sendable {
    /// Rows of the embedding and of the head.
    public var vocabularySize: Int
    /// Elements of the residual stream.
    public var hiddenSize: Int
    /// Layers.
    public var numLayers: Int
    /// Query heads.
    public var numHeads: Int
    /// The longest sequence the model was made for.
    public var maxPositions: Int

    /// Reads the keys; families that name them differently say how.
    public init(
        _ config: ConfigReader, hidden: String = "hidden_size", layers: String = "num_hidden_layers",
        heads: String = "num_attention_heads", positions: String = "max_position_embeddings"
    ) throws(CheckpointError) {
        vocabularySize = try config.int("vocab_size", in: 1...(1 << 24))
        hiddenSize = try config.int(hidden, in: 2...(1 << 20))
        numLayers = try config.int(layers, in: 1...4096)
        numHeads = try config.int(heads, in: 1...hiddenSize)
        maxPositions = try config.int(positions, in: 1...(1 << 24))
    }

    /// A head's width: `head_dim` where given, else an even share of the hidden size.
    public func headDim(_ config: ConfigReader) throws(CheckpointError) -> Int {
        guard hiddenSize % numHeads == 0 || config.object["head_dim"]?.intValue != nil else {
            throw config.error(
                "num_attention_heads", "\(numHeads) does not divide the hidden size \(hiddenSize)")
        }
        let dimension = try config.int("head_dim", in: 2...1024, default: hiddenSize / numHeads)
        guard dimension % 2 == 0 else { throw config.error("head_dim", "should be even, is \(dimension)") }
        // Products of all extents have to fit 64 bits.
        guard dimension * numHeads <= 1 << 22 else {
            throw config.error("head_dim", "is \(dimension), too many for \(numHeads) heads")
        }
        return dimension
    }
}
