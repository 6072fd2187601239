// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMCheckpoints
import VLLMLayers

extension Registry {
    /// Opens a checkpoint: a GGUF file by its family's table, anything else as what it is.
    ///
    /// - Parameters:
    ///   - files: the files that have the weights.
    ///   - format: finds the tensors instead; there is none for GGUF.
    package static func checkpoint(
        _ source: CheckpointSource, files: WeightFiles = .auto, format: (any LoadFormat)? = nil
    ) throws(CheckpointError) -> Checkpoint {
        guard case .gguf(let model) = source, format == nil else {
            return try Checkpoint(source, files: files, format: format)
        }
        guard [.auto, .hf, .gguf].contains(files) else {
            throw CheckpointError(
                model.name, "is GGUF, not the load format \(files.rawValue) that is asked for.")
        }
        let translation = try GGUFFamily.translation(of: model)
        return Checkpoint(
            source, config: translation.config, tensors: try translation.tensors.tensors(of: model),
            files: model.files)
    }

    /// Changes a decoder as the converter to GGUF changed its tensors.
    static func adapt(
        _ configuration: inout DecoderConfiguration, to source: CheckpointSource
    ) throws(CheckpointError) {
        guard case .gguf(let model) = source else { return }
        try GGUFFamily.translation(of: model).adapt(&configuration)
    }

    /// Keys that the translation of a GGUF file's metadata has from the names of its tensors: a bias that a family does
    /// not know is a tensor too many.
    static func seenInTensors(of source: CheckpointSource) -> [String] {
        if case .gguf = source { ["attention_bias", "mlp_bias"] } else { [] }
    }
}
