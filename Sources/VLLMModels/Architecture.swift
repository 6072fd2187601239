// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMCheckpoints
public import VLLMLayers

/// A family of models: how its config.json becomes a decoder.
public struct Architecture: Sendable {
    /// Values of `architectures` in config.json.
    public let names: [String]
    /// Models of the family that were run with their trained weights, by their names on the hub; random checkpoints prove
    /// the mathematics of the others.
    public let trainedModels: [String]
    /// Numbers leave the range of float16 on their way; vLLM says so of the same families.
    public let exceedsFloat16: Bool
    /// Reads the configuration; may look at the names of the tensors, but reads no weights.
    public let decoder: @Sendable (ConfigReader, Checkpoint) throws(CheckpointError) -> DecoderConfiguration

    /// Creates a family.
    public init(
        names: [String],
        trainedModels: [String] = [],
        exceedsFloat16: Bool = false,
        decoder:
            @escaping @Sendable (ConfigReader, Checkpoint) throws(CheckpointError) -> DecoderConfiguration
    ) {
        self.names = names
        self.trainedModels = trainedModels
        self.exceedsFloat16 = exceedsFloat16
        self.decoder = decoder
    }
}
