// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Attention whose keys and values are made of one latent vector a token, which alone is kept, beside a turned part of
/// the key that all heads share (arXiv 2405.04434, section 2.1).
public struct LatentAttentionConfiguration: Sendable, Hashable {
    /// Elements of the vector that queries are made of; 0 where they are made of the residual stream.
    public var queryRank: Int
    /// Elements of the latent vector.
    public var rank: Int
    /// Elements of a head's query and key that are not turned.
    public var contentDim: Int
    /// Elements of a head's query and key that are turned: all that rotary positions have.
    public var rotaryDim: Int
    /// Elements of a head's value.
    public var valueDim: Int
    /// What keeps the norms of both vectors from dividing by zero.
    public var epsilon: Float
    /// The projections to both vectors add a bias.
    public var hasBias = false
    /// Where the weights stand in the checkpoint.
    public var names: Names

    /// Names without `.weight` and `.bias`, `{}` for the layer.
    public struct Names: Sendable, Hashable {
        /// To queries, from the residual stream or from the vector that they are made of.
        public var query: String
        /// To the vector that queries are made of.
        public var queryDown: String
        /// Its norm.
        public var queryNorm: String
        /// To the latent vector and the shared part of the key.
        public var latent: String
        /// The norm of the latent vector.
        public var latentNorm: String
        /// From the latent vector to each head's key and value.
        public var keyValue: KeyValue

        /// Creates names.
        public init(
            query: String, queryDown: String, queryNorm: String, latent: String, latentNorm: String,
            keyValue: KeyValue
        ) {
            (self.query, self.queryDown, self.queryNorm) = (query, queryDown, queryNorm)
            (self.latent, self.latentNorm, self.keyValue) = (latent, latentNorm, keyValue)
        }
    }

    /// Where the matrices between the latent vector and the heads stand.
    public enum KeyValue: Sendable, Hashable {
        /// One layer [heads × (contentDim + valueDim), rank], head after head.
        case merged(String)
        /// Two matrices a head, a second `{}` for the head: the transpose of its keys' [rank, contentDim], and its
        /// values' [valueDim, rank].
        case perHead(key: String, value: String)
    }

    /// Creates a configuration.
    public init(
        queryRank: Int, rank: Int, contentDim: Int, rotaryDim: Int, valueDim: Int, epsilon: Float,
        names: Names
    ) {
        (self.queryRank, self.rank, self.contentDim) = (queryRank, rank, contentDim)
        (self.rotaryDim, self.valueDim, self.epsilon) = (rotaryDim, valueDim, epsilon)
        self.names = names
    }

    /// Elements of what is kept of a token.
    public var keyDim: Int { rank + rotaryDim }

    /// Weights of a layer's projections.
    func weights(hiddenSize: Int, numHeads: Int) -> Int {
        let queries = numHeads * (contentDim + rotaryDim)
        let query = queryRank > 0 ? queryRank * (hiddenSize + queries) : hiddenSize * queries
        let expansion = rank * numHeads * (contentDim + valueDim)
        return query + hiddenSize * keyDim + expansion + numHeads * valueDim * hiddenSize
    }
}
