// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMCheckpoints
public import VLLMLayers

/// A family of models: how its config.json becomes a decoder.
public struct Architecture: Sendable {
    /// Values of `architectures` in config.json.
    public let names: [String]
    /// Reads the configuration; may look at the names of the tensors, but reads no weights.
    public let decoder: @Sendable (ConfigReader, Checkpoint) throws(CheckpointError) -> DecoderConfiguration

    /// Creates a family.
    public init(
        names: [String],
        decoder:
            @escaping @Sendable (ConfigReader, Checkpoint) throws(CheckpointError) -> DecoderConfiguration
    ) {
        self.names = names
        self.decoder = decoder
    }
}
