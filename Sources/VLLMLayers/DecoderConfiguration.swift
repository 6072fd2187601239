// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMCheckpoints
import VLLMJSON
public import VLLMTensors

/// The choices that make one decoder-only transformer of the many there are.
///
/// An architecture's file reads its config.json into this value; `DecoderStack` does the rest.
public struct DecoderConfiguration: Sendable {
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
    /// Elements of a token's vector, where a projection brings them to the residual stream; nil is its width.
    public var embeddingSize: Int?
    /// What the tokens' vectors are multiplied with.
    public var embeddingScale: Float = 1
    /// The embedding's scale is rounded to the type of the weights first.
    public var roundsEmbeddingScale = false
    /// The row of the table of learned positions that the first token has.
    public var positionOffset = 0
    /// The norm of every layer and of the end.
    public var norm: NormKind
    /// What keeps a norm from dividing by zero.
    public var epsilon: Float
    /// Norms over the residual stream add a bias; layer norms mostly do.
    public var normHasBias: Bool
    /// What is added to the stored weights of all norms, those of queries and keys included.
    public var normWeightOffset: Float = 0
    /// How attention and MLP are joined.
    public var residual: Residual = .sequential
    /// What attention's and MLP's results are multiplied with before they are added.
    public var residualScale: Float = 1
    /// How a token's place enters.
    public var positions: Positions
    /// How a token's place enters in each layer, where layers differ; empty where all are as `positions` says.
    public var layerPositions: [Positions] = []
    /// Scores that fall with the distance of the tokens.
    public var alibi: ALiBi = .none
    /// What products of queries and keys are multiplied with; nil is 1 / √headDim.
    public var attentionScale: Float?
    /// Bound of the scores of attention by a hyperbolic tangent; 0 is none.
    public var attentionSoftCap: Float = 0
    /// Attention over latent vectors in place of heads' own keys and values; nil where heads have them.
    public var latentAttention: LatentAttentionConfiguration?
    /// The feed-forward part.
    public var mlp: MLP
    /// Layers that have experts instead, with the same activation, behind gates; nil where none has.
    public var experts: ExpertsConfiguration?
    /// Layers that add a bias.
    public var biases: Biases = []
    /// A norm of queries and keys before they are turned.
    public var queryKeyNorm: QueryKeyNorm = .none
    /// The head uses the embedding's weight.
    public var tiesEmbeddings: Bool
    /// Each row of the head is divided by its length.
    public var normalizesHead = false
    /// What logits are multiplied with.
    public var logitScale: Float = 1
    /// Bound of the logits by a hyperbolic tangent, behind their scale; 0 is none.
    public var logitSoftCap: Float = 0
    /// Layers behind the last one that guess further tokens: their weights are not loaded.
    public var numDraftLayers = 0
    /// Positions a query sees in each layer; 0 is all.
    public var windows: [Int]
    /// Where the weights stand in the checkpoint.
    public var names: DecoderNames
    /// Numbers leave the range of float16 on their way; the registry has it from the family.
    public var exceedsFloat16 = false
    /// Why sequences longer than `maxPositions` are refused even where they are asked for; nil where they need not be.
    public var whyNoLonger: String?
    /// How the names of tensors begin that belong to parts that this program does not run, such as a vision tower.
    public var unusedPrefixes: [String] = []

    /// Elements of a token's vector, and of a row of the head.
    public var embeddingWidth: Int { embeddingSize ?? hiddenSize }

    /// Weights that every token is multiplied with, the head's left out: a token costs twice as many operations.
    public var multipliedWeights: Int { linearWeights { $0.routing.numExpertsPerToken } }

    /// Weights of all linear layers, the head's left out.
    public var linearWeights: Int { linearWeights { $0.routing.numExperts } }

    private func linearWeights(experts count: (ExpertsConfiguration) -> Int) -> Int {
        let dense = (mlp.isGated ? 3 : 2) * hiddenSize * intermediateSize
        return (0..<numLayers).reduce(0) { total, layer in
            let feedForward =
                experts(inLayer: layer).map { $0.weights(hiddenSize: hiddenSize, experts: count($0)) }
                ?? dense
            return total + feedForward
        } + numLayers * attentionWeightsPerLayer
    }

    private var attentionWeightsPerLayer: Int {
        latentAttention?.weights(hiddenSize: hiddenSize, numHeads: numHeads)
            ?? hiddenSize * 2 * (numHeads + numKVHeads) * headDim
    }

    /// Weights of the linear layers of attention.
    public var attentionWeights: Int { numLayers * attentionWeightsPerLayer }

    /// Inputs of the linear layers of attention that may be rounded.
    public var attentionInputs: [Int] {
        guard let latentAttention else { return [hiddenSize, numHeads * headDim] }
        let query = latentAttention.queryRank
        return [hiddenSize, numHeads * latentAttention.valueDim] + (query > 0 ? [query] : [])
    }

    /// True for the weights of layers and parts that are not loaded, by name, and for a head that is the embedding.
    package func isLeftOut(_ tensor: String) -> Bool {
        if tiesEmbeddings, tensor == "\(names.head).weight" { return true }
        if unusedPrefixes.contains(where: tensor.hasPrefix) { return true }
        guard let number = names.attentionOutput.ranges(of: "{}").first else { return false }
        let start = names.attentionOutput[..<number.lowerBound]
        return (numLayers..<numLayers + numDraftLayers).contains { tensor.hasPrefix("\(start)\($0).") }
    }

    /// How a token's place enters in a layer.
    func positions(inLayer layer: Int) -> Positions {
        layerPositions.indices.contains(layer) ? layerPositions[layer] : positions
    }

    /// The experts of a layer, where it has some.
    func experts(inLayer layer: Int) -> ExpertsConfiguration? {
        guard let experts, experts.layers[layer] else { return nil }
        return experts
    }

    /// Bytes of a token's keys and values in all layers.
    public func kvBytesPerToken(_ dtype: DType) -> Int {
        numLayers * (latentAttention?.keyDim ?? 2 * numKVHeads * headDim) * dtype.size
    }

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
        maxPositions = positions.reach(shape.maxPositions)
        self.norm = norm
        self.epsilon = epsilon
        normHasBias = norm == .layer
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
        maxPositions = positions.reach(shape.maxPositions)
        self.norm = norm
        self.epsilon = epsilon
        normHasBias = norm == .layer
        self.positions = positions
        self.mlp = mlp
        self.tiesEmbeddings = tiesEmbeddings
        self.names = names
        windows = [Int](repeating: 0, count: shape.numLayers)
    }
}
