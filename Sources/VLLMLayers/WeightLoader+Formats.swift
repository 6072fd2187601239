// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMTensors

extension WeightLoader {
    /// How the parts of a weight are stored: in blocks as the checkpoint has them, unless all is to be rounded.
    ///
    /// Gate and up have to be alike: eight bits hold what different block formats have.
    func formats(
        _ purpose: Purpose, _ parts: [TensorSource], arrangement: WeightDescription.Arrangement, name: String
    ) throws(CheckpointError) -> [WeightFormat] {
        var formats = parts.map { format(of: purpose, $0.format) }
        if arrangement == .gated, Set(formats).count > 1 {
            let common = parts.allSatisfy { $0.dtype == nil } ? WeightFormat.blocks(.q8_0) : .dense(dtype)
            formats = parts.map { _ in common }
        }
        for (part, format) in zip(parts, formats) where part.columns % format.inputGranule != 0 {
            throw CheckpointError(
                checkpoint.source.name,
                "'\(name)' has \(part.columns) inputs, which cannot be quantized in groups of \(format.inputGranule); take int8."
            )
        }
        return formats
    }

    private func format(of purpose: Purpose, _ stored: StoredFormat) -> WeightFormat {
        guard quantization == nil, purpose == .linear || purpose == .table, case .blocks(let blocks) = stored
        else { return format(of: purpose) }
        return blocks.packed
    }
}
