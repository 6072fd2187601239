// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMSystem
import VLLMCPU
package import VLLMCheckpoints
package import VLLMLayers
import VLLMModels
import VLLMQuantization
package import VLLMTensors

/// What can be said of a model from its configuration and the headers of its files, without its weights.
package struct ModelInspection: Sendable {
    /// What fits into memory with the weights in one type, or rounded as they are loaded.
    package struct Fit: Sendable {
        /// What `--dtype` or `--quantization` calls it.
        package let name: String
        /// Bytes of the weights.
        package let weights: Int
        /// Bytes of a token's keys and values in all layers.
        package let kvBytesPerToken: Int
        /// Tokens that the cache holds; 0 where the weights alone do not fit.
        package let poolTokens: Int
    }

    package let architecture: String
    package let configuration: DecoderConfiguration
    /// The type that most weights are stored in.
    package let storedDType: DType?
    /// Bytes of the files.
    package let fileSize: Int
    package let numParameters: Int
    /// Parameters by what they are for.
    package let parts: [(name: String, parameters: Int)]
    /// What fits, by type.
    package let fits: [Fit]
    /// Bytes this process may take.
    package let availableMemory: Int
    private let checkpoint: Checkpoint
    /// True where a plug-in reads the weights.
    private let isQuantized: Bool

    /// Reads configuration and headers.
    ///
    /// - Parameters:
    ///   - utilization: share of the available memory for weights and cache, in (0, 1].
    ///   - overrides: JSON whose members replace those of config.json.
    package init(
        _ source: CheckpointSource, utilization: Double, overrides: String? = nil
    ) throws(CheckpointError) {
        var checkpoint = try Registry.checkpoint(source)
        try checkpoint.override(overrides)
        let plugIns = PlugIns.registered
        isQuantized = try plugIns.scheme(of: checkpoint) != nil
        let (name, configuration) = try Registry.decoder(for: checkpoint, added: plugIns.architectures)
        self.checkpoint = checkpoint
        architecture = name
        self.configuration = configuration
        storedDType = checkpoint.storedDType
        fileSize = checkpoint.sizeInBytes
        let total = checkpoint.numParameters
        numParameters = total
        parts = Self.parts(configuration, total: total)
        let available = Int(clamping: vllm_available_memory())
        availableMemory = available
        let memory = MemoryPlan.share(utilization, of: available)
        func fit(_ name: String, weights: Int, cache: DType) -> Fit {
            let perToken = configuration.kvBytesPerToken(cache)
            let left = max(0, memory - weights)
            return Fit(
                name: name, weights: weights, kvBytesPerToken: perToken, poolTokens: left / max(perToken, 1))
        }
        let dtypes = [DType.bfloat16, .float16, .float32].filter {
            $0 != .float16 || !configuration.exceedsFloat16
        }
        let types = dtypes.map { dtype in
            fit(dtype.rawValue, weights: total * dtype.size, cache: dtype)
        }
        let rounded = LoadTimeQuantization.all.filter { ["int8", "int4"].contains($0.name) }
        let blocks = checkpoint.packedBlockFormats.map(\.name).joined(separator: ", ")
        let stored =
            blocks.isEmpty
            ? []
            : [
                fit(
                    "\(blocks) as stored", weights: checkpoint.packedBytes(numbersIn: .bfloat16),
                    cache: .bfloat16)
            ]
        fits =
            stored + types
            + rounded.filter { $0.quantization.takes(configuration) }.map { name, quantization in
                fit(name, weights: quantization.weights(configuration, total: total), cache: .bfloat16)
            }
    }

    /// Compares the tensors with those that the model asks for; nil where a plug-in reads them.
    package func survey() throws(DeviceError) -> TensorSurvey? {
        guard !isQuantized else { return nil }
        return TensorSurvey(of: checkpoint, configuration, on: try CPUBackend(.init(numThreads: 1)))
    }

    private static func parts(
        _ configuration: DecoderConfiguration, total: Int
    ) -> [(name: String, parameters: Int)] {
        let table = configuration.vocabularySize * configuration.embeddingWidth
        let positions =
            configuration.positions == .learned ? configuration.maxPositions * configuration.hiddenSize : 0
        let attention = configuration.attentionWeights
        let mlp = configuration.linearWeights - attention
        let head = configuration.tiesEmbeddings ? 0 : table
        let known = [
            ("embedding", table + positions), ("attention", attention), ("MLP", mlp), ("output head", head),
        ]
        let rest = total - known.reduce(0) { $0 + $1.1 }
        return (known + [("norms and biases", rest)]).filter { $0.1 > 0 }
    }
}

extension LoadTimeQuantization {
    /// True where the widths of a model's layers can be cut into the format's groups.
    fileprivate func takes(_ configuration: DecoderConfiguration) -> Bool {
        let group = linear.inputGranule
        var widths = configuration.attentionInputs
        if configuration.experts?.layers.allSatisfy({ $0 }) != true {
            widths.append(configuration.intermediateSize)
        }
        if let experts = configuration.experts {
            widths += [experts.intermediateSize, experts.sharedIntermediateSize]
        }
        return widths.allSatisfy { $0 % group == 0 }
    }

    /// About the bytes of a model's weights.
    func weights(_ configuration: DecoderConfiguration, total: Int) -> Int {
        let layers = configuration.linearWeights
        let tables =
            configuration.embeddingWidth * configuration.vocabularySize
            * (configuration.tiesEmbeddings ? 1 : 2)
        let rest = max(0, total - layers - tables)
        // A row as wide as the model stands for all: factors are a few percent at most.
        let width = configuration.hiddenSize
        func bytes(_ format: WeightFormat, _ count: Int) -> Int {
            format.sizeInBytes(outputs: count / width, inputs: width)
        }
        return bytes(linear, layers) + bytes(table, tables) + rest * DType.bfloat16.size
    }
}

extension DecoderConfiguration {
    /// The least bytes that the packed matrices of a checkpoint of the model take.
    func packedBytes(of checkpoint: Checkpoint, _ dtype: DType, _ quantization: LoadTimeQuantization?) -> Int
    {
        if let quantization { return quantization.weights(self, total: 0) }
        guard checkpoint.blockFormats.isEmpty else { return checkpoint.packedBytes(numbersIn: dtype) }
        let tables = hiddenSize * vocabularySize * (tiesEmbeddings ? 1 : 2)
        return (linearWeights + tables) * dtype.size
    }
}
