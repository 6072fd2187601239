// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMQuantization
import VLLMTensors

/// How an engine is set up, by the names of vLLM's flags; nil and the defaults fit the machine and the model.
public struct EngineOptions: Sendable {
    /// The type of weights, activations and cache.
    public enum DTypeChoice: String, Sendable, CaseIterable {
        /// What the checkpoint says; float32 checkpoints run in bfloat16.
        case auto
        case half
        case float16
        case bfloat16
        case float
        case float32
    }

    /// A folder, or the id of a model in the local hub cache.
    public var model: String
    /// The same for the tokenizer, where it is not the model's.
    public var tokenizer: String?
    /// A branch, tag or commit of a hub id.
    public var revision: String?
    public var dtype: DTypeChoice = .auto
    /// What the weights are rounded to as they are loaded: one of `quantizations`; nil keeps the type that `dtype` says.
    public var quantization: String?
    /// Tokens of prompt and output together; nil is the model's, as far as memory reaches.
    public var maxModelLen: Int?
    /// Allows a `maxModelLen` beyond what the model was made for.
    public var allowsLongMaxModelLen: Bool = false
    /// Sequences that run at once.
    public var maxNumSeqs: Int = 128
    /// Tokens of a step.
    public var maxNumBatchedTokens: Int?
    /// Share of the free memory that weights and cache may take, in (0, 1].
    public var memoryUtilization: Double = 0.92
    /// Bytes of the key/value pool; nil is what utilization leaves.
    public var kvCacheMemoryBytes: Int?
    /// Blocks of the key/value pool, whatever memory would allow.
    public var numBlocksOverride: Int?
    /// Tokens of a block, a multiple of 16.
    public var blockSize: Int = 16
    public var enablePrefixCaching: Bool = true
    public var enableChunkedPrefill: Bool = true
    /// Serves lower priorities first instead of first come, first served.
    public var usesPriorities: Bool = false
    /// Seeds the requests that bring no seed.
    public var seed: Int64 = 0
    /// Alternatives a request may ask for with its log-probabilities; −1 is the vocabulary.
    public var maxLogprobs: Int = 20
    /// Threads that compute; nil is one a core.
    public var numThreads: Int?
    /// The instruction set by name, for tests and comparisons; nil is the best.
    public var instructionSet: String?
    /// Takes sampling defaults from generation_config.json.
    public var usesGenerationConfig: Bool = true
    /// A folder whose generation_config.json is taken instead of the model's.
    public var generationConfigFolder: String?
    /// A JSON object whose members replace those of config.json; objects such as `text_config` are merged, others replaced.
    public var hfOverrides: String?

    /// JSON whose members replace those of generation_config.json; `max_new_tokens` in either bounds every request.
    public var overrideGenerationConfig: String?
    /// How much may wait until more is refused.
    public var queueLimits = QueueLimits()
    /// Runs the engine in a process of its own, which is started again when it dies.
    ///
    /// The process is this program once more: its `main` must call `EngineChild.run` where its first argument asks for it.
    package var usesEngineProcess: Bool = false
    /// Bytes of memory that may be taken, for tests; nil is what the system has free.
    package var availableMemory: Int?

    /// Logits processors that every request passes, in this order, by the names they were registered under.
    public var logitsProcessors: [String] = []
    /// What finds the checkpoint's weights: one of `builtInLoadFormats`, or the name of a registered format.
    public var loadFormat: String = "auto"
    /// The folder in which a copy of the packed weights is kept, so that later starts only map it; nil keeps none.
    ///
    /// "auto" is `$VLLM_CACHE_ROOT/packed` where that is set, else `swift-vllm/packed` beside the hub's cache.
    public var packedCache: String?
    /// What chooses the cached blocks that are given up: "lru", or the name of a registered policy.
    public var kvEvictionPolicy: String = "lru"

    /// The names that `quantization` may have.
    public static var quantizations: [String] { LoadTimeQuantization.all.map(\.name) }

    /// The longest sequence of any model: bounds tables of positions.
    package static let longestModelLen = 1 << 24

    /// Formats of weights that need no plug-in, by vLLM's names.
    package static let builtInLoadFormats = WeightFiles.allCases.map(\.rawValue)

    /// Creates the options of a model.
    public init(model: String) { self.model = model }
}
