// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Where a checkpoint keeps a decoder's weights: names without `.weight` and `.bias`, `{}` for the layer.
public struct DecoderNames: Sendable, Hashable {
    /// Queries, keys and values.
    public enum QueryKeyValue: Sendable, Hashable {
        /// Three layers.
        case separate(query: String, key: String, value: String)
        /// One layer.
        case merged(String, layout: MergedLayout = .stacked)
    }

    /// The order of the rows of one layer for queries, keys and values.
    public enum MergedLayout: Sendable, Hashable {
        /// All queries, all keys, all values.
        case stacked
        /// Head after head: its query, its key, its value; there are as many key/value heads as heads.
        case perHead
        /// Key/value head after key/value head: the queries that share it, its key, its value.
        case perGroup
    }

    /// The tokens' vectors.
    public var embedding: String
    /// From the width of the tokens' vectors to the model's; none where they are the same.
    public var embeddingProjection: String?
    /// From the model's width to the head's, which is then the embedding's; none where they are the same.
    public var headProjection: String?
    /// The table of learned positions.
    public var positions: String?
    /// The norm before attention; none where that takes the residual stream as it is.
    public var attentionNorm: String?
    /// The projection to queries, keys and values.
    public var queryKeyValue: QueryKeyValue
    /// The norm of queries; a second `{}` is for the head.
    public var queryNorm: String?
    /// The norm of keys; a second `{}` is for the head.
    public var keyNorm: String?
    /// A score a head that takes part in the softmax of attention and has no value; the whole name.
    public var sinks: String?
    /// The projection behind attention.
    public var attentionOutput: String
    /// The norm of attention's result, before that is added.
    public var attentionOutputNorm: String?
    /// The norm before the MLP; none where parallel branches share one, or where that takes the residual stream as it
    /// is.
    public var mlpNorm: String?
    /// The gate of a gated MLP; none where `up` holds both, the gate's rows first.
    public var gate: String?
    /// The first half of the MLP.
    public var up: String
    /// The second half of the MLP.
    public var down: String
    /// The norm of the MLP's result, before that is added.
    public var mlpOutputNorm: String?
    /// The norm before the head; none where that takes the residual stream as it is.
    public var finalNorm: String?
    /// The output head.
    public var head: String
    /// True where linear layers are stored as [inputs, outputs].
    public var isTransposed = false

    /// Creates names; the optional ones that are not asked for can be set behind.
    public init(
        embedding: String, attentionNorm: String?, queryKeyValue: QueryKeyValue, attentionOutput: String,
        mlpNorm: String?, gate: String? = nil, up: String, down: String, finalNorm: String?, head: String
    ) {
        self.embedding = embedding
        self.attentionNorm = attentionNorm
        self.queryKeyValue = queryKeyValue
        self.attentionOutput = attentionOutput
        self.mlpNorm = mlpNorm
        self.gate = gate
        self.up = up
        self.down = down
        self.finalNorm = finalNorm
        self.head = head
    }

    /// Llama's names, which many families took over.
    public static let llama = DecoderNames.llama(model: "model")

    /// Llama's names for a model that stands under another name.
    public static func llama(model: String) -> DecoderNames {
        DecoderNames(
            embedding: "\(model).embed_tokens",
            attentionNorm: "\(model).layers.{}.input_layernorm",
            queryKeyValue: .separate(
                query: "\(model).layers.{}.self_attn.q_proj", key: "\(model).layers.{}.self_attn.k_proj",
                value: "\(model).layers.{}.self_attn.v_proj"),
            attentionOutput: "\(model).layers.{}.self_attn.o_proj",
            mlpNorm: "\(model).layers.{}.post_attention_layernorm",
            gate: "\(model).layers.{}.mlp.gate_proj",
            up: "\(model).layers.{}.mlp.up_proj",
            down: "\(model).layers.{}.mlp.down_proj",
            finalNorm: "\(model).norm",
            head: "lm_head")
    }

    /// A name with the layer's number put in.
    static func name(_ template: String, _ layer: Int) -> String {
        template.replacing("{}", with: String(layer), maxReplacements: 1)
    }
}
