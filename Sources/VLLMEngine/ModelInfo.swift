// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMTensors
public import VLLMTypes

/// What is known of a model once it is loaded.
public struct ModelInfo: Sendable {
    /// The model as it was asked for.
    public var name: String
    /// The architecture by its name in config.json.
    public var architecture: String
    /// The type of weights and cache.
    public var dtype: DType
    /// What the weights were rounded to as they were loaded; nil where they have the type.
    public var quantization: String?
    /// The formats of blocks that weights have as they are multiplied, the most frequent first; empty where they have
    /// none.
    public var blockFormats: [String] = []
    /// What replaces members of config.json, as JSON.
    public var configOverrides: String?
    /// Tokens of prompt and output together, at most.
    public var maxModelLen: Int
    /// Logits of a token.
    public var vocabularySize: Int
    /// Processor and instruction set.
    public var device: String
    /// What decides the bits of a result.
    public var numericsID: String
    /// Threads that compute.
    public var numThreads: Int
    /// Bytes of the packed weights.
    public var weightMemory: Int
    /// Blocks of the key/value pool.
    public var numBlocks: Int
    /// Tokens of a block.
    public var blockSize: Int
    /// Bytes of a token's keys and values in all layers.
    public var kvBytesPerToken: Int
    /// Tokens of a step, at most.
    public var maxNumBatchedTokens: Int
    /// Sequences that run at once, at most.
    public var maxNumSeqs: Int
    /// Tokens that end a sequence.
    public var eosTokenIDs: [Int32]
    /// What a request gets that does not say otherwise.
    public var defaultSamplingParams: SamplingParams
    /// Output tokens that generation_config.json asks for, where it does.
    public var defaultMaxTokens: Int?

    /// Bytes of the packed weights that a step of one token reads.
    public var weightBytesPerStep: Int = 0
    /// Those of them that belong to the token's experts.
    public var expertBytesPerStep: Int = 0
    /// The share of a layer's experts that a token chooses, 1 where there are none.
    public var expertShare: Double = 1
    /// Weights that every token is multiplied with, the head's left out.
    public var multipliedWeights: Int = 0
    /// Weights of the head, which only tokens whose logits are wanted are multiplied with.
    public var headWeights: Int = 0
    /// Chat templates by name; the one that is used unless another is asked for is called "default".
    public var chatTemplates: [String: String] = [:]
    /// Special tokens by their role, such as "bos_token", for templates.
    public var specialTokens: [String: String] = [:]

    /// Bytes of the packed weights that a step of so many tokens reads, on average where tokens choose experts.
    public func weightBytes(tokens: Int) -> Double {
        let unchosen = (0..<tokens).reduce(1.0) { product, _ in product * (1 - expertShare) }
        let experts = Double(expertBytesPerStep) / expertShare * (1 - unchosen)
        return Double(weightBytesPerStep - expertBytesPerStep) + experts
    }
    /// What most weights are multiplied as, by name.
    public var weightType: String {
        quantization ?? (blockFormats.isEmpty ? dtype.rawValue : blockFormats.joined(separator: ", "))
    }
    /// True where the linear layers multiply whole numbers.
    public var multipliesIntegers: Bool { quantization != nil || !blockFormats.isEmpty }
    /// Tokens that the pool holds.
    public var poolTokens: Int { numBlocks * blockSize }
    /// Sequences of the full length that the pool holds.
    public var maxConcurrency: Double { Double(poolTokens) / Double(maxModelLen) }
}
