// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMCheckpoints
package import VLLMLayers

/// A family of models: how its config.json becomes a decoder.
package struct Architecture: Sendable {
    /// Values of `architectures` in config.json.
    package let names: [String]
    /// Reads the configuration; may look at the names of the tensors, but reads no weights.
    package let decoder: @Sendable (ConfigReader, Checkpoint) throws(CheckpointError) -> DecoderConfiguration

    package init(
        names: [String],
        decoder:
            @escaping @Sendable (ConfigReader, Checkpoint) throws(CheckpointError) -> DecoderConfiguration
    ) {
        self.names = names
        self.decoder = decoder
    }
}
