// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMCheckpoints
package import VLLMLayers
import VLLMTensors
import VLLMJSON

/// The architectures that this program knows, one line each.
package enum Registry {
    package static let architectures: [Architecture] = [
        .gpt2,
        .llama,
        .phi,
        .qwen2,
        .qwen3,
    ]

    /// The architecture of a checkpoint and its configuration.
    package static func decoder(
        for checkpoint: Checkpoint
    ) throws(CheckpointError) -> (name: String, configuration: DecoderConfiguration) {
        let file = checkpoint.source.path(of: "config.json")
        let listed = checkpoint.config["architectures"]?.arrayValue?.compactMap(\.stringValue) ?? []
        guard !listed.isEmpty else { throw CheckpointError(file, "names no architectures.") }
        if let quantization = checkpoint.config["quantization_config"], !quantization.isNull {
            let method = quantization["quant_method"]?.stringValue ?? "unknown"
            throw CheckpointError(
                file,
                "has quantized weights (quant_method \(method)), which are not supported yet; take a checkpoint in bfloat16, float16 or float32."
            )
        }
        for name in listed {
            guard let architecture = architectures.first(where: { $0.names.contains(name) }) else { continue }
            let config = ConfigReader(checkpoint.config, file: file)
            return (name, try architecture.decoder(config, checkpoint))
        }
        let known = architectures.flatMap(\.names).sorted().joined(separator: ", ")
        throw CheckpointError(
            file,
            "has the architecture \(listed.joined(separator: ", ")), which is not supported; supported are \(known)."
        )
    }
}
