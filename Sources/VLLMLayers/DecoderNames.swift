// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Where a checkpoint keeps a decoder's weights: names without `.weight` and `.bias`, `{}` for the layer.
public struct DecoderNames: Sendable, Hashable {
    /// Queries, keys and values: three layers, or one whose rows are all queries, all keys, all values.
    public enum QueryKeyValue: Sendable, Hashable {
        /// Three layers.
        case separate(query: String, key: String, value: String)
        /// One layer.
        case merged(String)
    }

    /// The tokens' vectors.
    public var embedding: String
    /// The table of learned positions.
    public var positions: String?
    /// The norm before attention.
    public var attentionNorm: String
    /// The projection to queries, keys and values.
    public var queryKeyValue: QueryKeyValue
    /// The norm of each head's query.
    public var queryNorm: String?
    /// The norm of each head's key.
    public var keyNorm: String?
    /// The projection behind attention.
    public var attentionOutput: String
    /// The norm before the MLP; none where both branches share one.
    public var mlpNorm: String?
    /// The gate of a gated MLP.
    public var gate: String?
    /// The first half of the MLP.
    public var up: String
    /// The second half of the MLP.
    public var down: String
    /// The norm before the head.
    public var finalNorm: String
    /// The output head.
    public var head: String
    /// True where linear layers are stored as [inputs, outputs].
    public var isTransposed = false

    /// Creates names; the optional ones that are not asked for can be set behind.
    public init(
        embedding: String, attentionNorm: String, queryKeyValue: QueryKeyValue, attentionOutput: String,
        mlpNorm: String?, gate: String? = nil, up: String, down: String, finalNorm: String, head: String
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
    public static let llama = DecoderNames(
        embedding: "model.embed_tokens",
        attentionNorm: "model.layers.{}.input_layernorm",
        queryKeyValue: .separate(
            query: "model.layers.{}.self_attn.q_proj", key: "model.layers.{}.self_attn.k_proj",
            value: "model.layers.{}.self_attn.v_proj"),
        attentionOutput: "model.layers.{}.self_attn.o_proj",
        mlpNorm: "model.layers.{}.post_attention_layernorm",
        gate: "model.layers.{}.mlp.gate_proj",
        up: "model.layers.{}.mlp.up_proj",
        down: "model.layers.{}.mlp.down_proj",
        finalNorm: "model.norm",
        head: "lm_head")

    /// A name with the layer's number put in.
    static func name(_ template: String, _ layer: Int) -> String {
        template.replacing("{}", with: String(layer), maxReplacements: 1)
    }
}
