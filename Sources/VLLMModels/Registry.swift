// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMCheckpoints
package import VLLMLayers
import VLLMTensors
import VLLMJSON

/// The architectures that this program knows, one line each.
package enum Registry {
    package static let architectures: [Architecture] = [
        .baichuan,
        .baichuan2,
        .chatGLM,
        .cohere,
        .cohere2,
        .deepSeekV2,
        .deepSeekV3,
        .falcon,
        .gemma,
        .gemma2,
        .gemma3,
        .glm,
        .glm4,
        .glm4MoE,
        .gpt2,
        .gptJ,
        .gptNeoX,
        .gptOss,
        .granite,
        .internLM2,
        .llama,
        .mistral,
        .mixtral,
        .olmo2,
        .olmoE,
        .opt,
        .phi,
        .phi3,
        .qwen,
        .qwen2,
        .qwen2MoE,
        .qwen3,
        .qwen3MoE,
        .stableLM,
        .starCoder2,
    ]

    /// The architecture of a checkpoint and its configuration.
    ///
    /// - Parameter added: looked at before those of this program.
    package static func decoder(
        for checkpoint: Checkpoint, added: [Architecture] = []
    ) throws(CheckpointError) -> (name: String, configuration: DecoderConfiguration) {
        let file = checkpoint.source.path(of: "config.json")
        let listed = checkpoint.config["architectures"]?.arrayValue?.compactMap(\.stringValue) ?? []
        guard !listed.isEmpty else { throw CheckpointError(file, "names no architectures.") }
        let architectures = added + architectures
        for name in listed {
            guard let architecture = architectures.first(where: { $0.names.contains(name) }) else { continue }
            let config = ConfigReader(checkpoint.config, file: file)
            var decoder = try architecture.decoder(config, checkpoint)
            try config.checkMathematics(except: seenInTensors(of: checkpoint.source))
            guard decoder.epsilon >= 0 else {
                throw CheckpointError(
                    file, "has \(decoder.epsilon) as the epsilon of its norms, which should be at least 0.")
            }
            try adapt(&decoder, to: checkpoint.source)
            return (name, decoder)
        }
        throw CheckpointError(file, unknown(listed, known: architectures.flatMap(\.names).sorted()))
    }

    /// What is said of architectures that none of the known ones is.
    private static func unknown(_ listed: [String], known: [String]) -> String {
        let near = Array(listed.flatMap { Suggestion.near($0, among: known) }.prefix(3))
        let guess = near.isEmpty ? "." : "; did you mean \(near.joined(separator: " or "))?"
        let names = near + known.filter { !near.contains($0) }
        return
            "has the architecture \(listed.joined(separator: ", ")), which is not supported\(guess) Supported are \(names.joined(separator: ", "))."
    }
}
