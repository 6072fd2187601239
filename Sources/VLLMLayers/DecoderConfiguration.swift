// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMCheckpoints
import VLLMJSON
public import VLLMTensors

/// The choices that make one decoder-only transformer of the many there are.
///
/// An architecture's file reads its config.json into this value; `DecoderStack` does the rest.
public struct DecoderConfiguration: Sendable {
    /// Where attention and MLP take their input, and when they are added.
    public enum Residual: Sendable, Hashable {
        /// x += attention(norm(x)); x += mlp(norm'(x))
        case sequential
        /// n = norm(x); x += attention(n) + mlp(n)
        case parallel
    }

    /// How a token's place enters.
    public enum Positions: Sendable, Hashable {
        /// Queries and keys are turned.
        case rotary(RotaryConfiguration)
        /// A learned table, added to the embedding.
        case learned
    }

    /// The feed-forward part.
    public enum MLP: Sendable, Hashable {
        /// down(activation(gate(x)) · up(x)) (arXiv 2002.05202)
        case gated(Activation)
        /// down(activation(up(x)))
        case plain(Activation)

        /// The function.
        public var activation: Activation {
            switch self {
            case .gated(let activation), .plain(let activation): activation
            }
        }

        /// True for the first.
        var isGated: Bool { if case .gated = self { true } else { false } }
    }

    /// Layers that add a bias.
    public struct Biases: OptionSet, Sendable, Hashable {
        /// The set as bits.
        public let rawValue: Int
        /// Creates a set from its bits.
        public init(rawValue: Int) { self.rawValue = rawValue }
        /// The projection to queries, keys and values.
        public static let queryKeyValue = Biases(rawValue: 1)
        /// The projection behind attention.
        public static let attentionOutput = Biases(rawValue: 2)
        /// Both halves of the MLP.
        public static let mlp = Biases(rawValue: 4)
        /// The output head.
        public static let head = Biases(rawValue: 8)
    }

    /// Rows of the embedding and of the head.
    public var vocabularySize: Int
    /// Elements of the residual stream.
    public var hiddenSize: Int
    /// Elements between the two halves of the MLP.
    public var intermediateSize: Int
    /// Layers.
    public var numLayers: Int
    /// Query heads.
    public var numHeads: Int
    /// Key and value heads; divides the query heads.
    public var numKVHeads: Int
    /// Elements of a head.
    public var headDim: Int
    /// The longest sequence the model was made for.
    public var maxPositions: Int
    /// The norm of every layer and of the end.
    public var norm: NormKind
    /// What keeps a norm from dividing by zero.
    public var epsilon: Float
    /// How attention and MLP are joined.
    public var residual: Residual = .sequential
    /// How a token's place enters.
    public var positions: Positions
    /// The feed-forward part.
    public var mlp: MLP
    /// Layers that have experts instead, with the same activation, behind gates; nil where none has.
    public var experts: ExpertsConfiguration?
    /// Layers that add a bias.
    public var biases: Biases = []
    /// A root-mean-square norm of each head's query and key before they are turned.
    public var hasQueryKeyNorm = false
    /// The head uses the embedding's weight.
    public var tiesEmbeddings: Bool
    /// Layers behind the last one that guess further tokens: their weights are not loaded.
    public var numDraftLayers = 0
    /// Positions a query sees in each layer; 0 is all.
    public var windows: [Int]
    /// Where the weights stand in the checkpoint.
    public var names: DecoderNames

    /// Weights that every token is multiplied with, the head's left out: a token costs twice as many operations.
    public var multipliedWeights: Int { linearWeights { $0.routing.numExpertsPerToken } }

    /// Weights of all linear layers, the head's left out.
    public var linearWeights: Int { linearWeights { $0.routing.numExperts } }

    private func linearWeights(experts count: (ExpertsConfiguration) -> Int) -> Int {
        let width = numHeads * headDim
        let attention = hiddenSize * (2 * width + 2 * numKVHeads * headDim)
        let dense = (mlp.isGated ? 3 : 2) * hiddenSize * intermediateSize
        return (0..<numLayers).reduce(0) { total, layer in
            let feedForward =
                experts(inLayer: layer).map { $0.weights(hiddenSize: hiddenSize, experts: count($0)) }
                ?? dense
            return total + attention + feedForward
        }
    }

    /// True for the weights of layers that are not loaded, by name.
    package func isOfDraftLayer(_ tensor: String) -> Bool {
        guard let number = names.attentionNorm.ranges(of: "{}").first else { return false }
        let start = names.attentionNorm[..<number.lowerBound]
        return (numLayers..<numLayers + numDraftLayers).contains { tensor.hasPrefix("\(start)\($0).") }
    }

    /// The experts of a layer, where it has some.
    func experts(inLayer layer: Int) -> ExpertsConfiguration? {
        guard let experts, experts.layers[layer] else { return nil }
        return experts
    }

    /// Bytes of a token's keys and values in all layers.
    public func kvBytesPerToken(_ dtype: DType) -> Int { numLayers * 2 * numKVHeads * headDim * dtype.size }

    /// Reads what nearly every family writes under the same keys; the rest is set by the caller.
    public init(
        _ config: ConfigReader, norm: NormKind, epsilon: Float, positions: Positions, mlp: MLP, headDim: Int,
        tiesEmbeddings: Bool, names: DecoderNames
    ) throws(CheckpointError) {
        let shape = try DecoderShape(config)
        vocabularySize = shape.vocabularySize
        hiddenSize = shape.hiddenSize
        intermediateSize = try config.int("intermediate_size", in: 1...(1 << 22))
        numLayers = shape.numLayers
        numHeads = shape.numHeads
        numKVHeads = try config.int("num_key_value_heads", in: 1...shape.numHeads, default: shape.numHeads)
        guard numHeads % numKVHeads == 0 else {
            throw config.error("num_key_value_heads", "\(numKVHeads) does not divide the \(numHeads) heads")
        }
        self.headDim = headDim
        maxPositions = shape.maxPositions
        self.norm = norm
        self.epsilon = epsilon
        self.positions = positions
        self.mlp = mlp
        self.tiesEmbeddings = tiesEmbeddings
        self.names = names
        windows = [Int](repeating: 0, count: shape.numLayers)
    }

    /// Creates a configuration whose file has keys of its own.
    public init(
        shape: DecoderShape, intermediateSize: Int, norm: NormKind, epsilon: Float, positions: Positions,
        mlp: MLP,
        tiesEmbeddings: Bool, names: DecoderNames
    ) {
        vocabularySize = shape.vocabularySize
        hiddenSize = shape.hiddenSize
        self.intermediateSize = intermediateSize
        numLayers = shape.numLayers
        numHeads = shape.numHeads
        numKVHeads = shape.numHeads
        headDim = shape.hiddenSize / shape.numHeads
        maxPositions = shape.maxPositions
        self.norm = norm
        self.epsilon = epsilon
        self.positions = positions
        self.mlp = mlp
        self.tiesEmbeddings = tiesEmbeddings
        self.names = names
        windows = [Int](repeating: 0, count: shape.numLayers)
    }
}

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
