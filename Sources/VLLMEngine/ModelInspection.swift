// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMSystem
package import VLLMCheckpoints
package import VLLMLayers
import VLLMModels
package import VLLMTensors

/// What can be said of a model from its configuration and the headers of its files, without its weights.
package struct ModelInspection: Sendable {
    /// What fits into memory with the weights in one type.
    package struct Fit: Sendable {
        package let dtype: DType
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

    /// Reads configuration and headers.
    ///
    /// - Parameter utilization: share of the available memory for weights and cache, in (0, 1].
    package init(_ source: CheckpointSource, utilization: Double) throws(CheckpointError) {
        let checkpoint = try Checkpoint(source)
        let plugIns = PlugIns.registered
        _ = try plugIns.scheme(of: checkpoint)
        let (name, configuration) = try Registry.decoder(for: checkpoint, added: plugIns.architectures)
        architecture = name
        self.configuration = configuration
        storedDType = checkpoint.storedDType
        fileSize = checkpoint.sizeInBytes
        let total = checkpoint.numParameters
        numParameters = total
        parts = Self.parts(configuration, total: total)
        let available = Int(clamping: vllm_available_memory())
        availableMemory = available
        fits = [DType.bfloat16, .float16, .float32].map { dtype in
            let weights = total * dtype.size
            let perToken = configuration.kvBytesPerToken(dtype)
            let left = max(0, MemoryPlan.share(utilization, of: available) - weights)
            return Fit(
                dtype: dtype, weights: weights, kvBytesPerToken: perToken, poolTokens: left / max(perToken, 1)
            )
        }
    }

    private static func parts(
        _ configuration: DecoderConfiguration, total: Int
    ) -> [(name: String, parameters: Int)] {
        let table = configuration.vocabularySize * configuration.hiddenSize
        let positions =
            configuration.positions == .learned ? configuration.maxPositions * configuration.hiddenSize : 0
        let width = (configuration.numHeads + configuration.numKVHeads) * configuration.headDim
        let attention = configuration.numLayers * 2 * configuration.hiddenSize * width
        let mlp = configuration.multipliedWeights - attention
        let head = configuration.tiesEmbeddings ? 0 : table
        let known = [
            ("embedding", table + positions), ("attention", attention), ("MLP", mlp), ("output head", head),
        ]
        let rest = total - known.reduce(0) { $0 + $1.1 }
        return (known + [("norms and biases", rest)]).filter { $0.1 > 0 }
    }
}
