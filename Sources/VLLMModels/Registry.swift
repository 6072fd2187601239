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
        let listed = try names(checkpoint.config["architectures"], file)
        let architectures = added + architectures
        for name in listed {
            guard let architecture = architectures.first(where: { $0.names.contains(name) }) else { continue }
            let config = ConfigReader(checkpoint.config, file: file)
            var decoder = try architecture.decoder(config, checkpoint)
            try config.checkMathematics(
                numLayers: decoder.numLayers, except: seenInTensors(of: checkpoint.source))
            try config.checkOverrides(
                checkpoint.overrides, of: checkpoint.originalConfig ?? checkpoint.config, reader: name)
            _ = try ConfigReader(checkpoint.config, file: file).dtype()
            guard decoder.epsilon >= 0 else {
                throw CheckpointError(
                    file, "has \(decoder.epsilon) as the epsilon of its norms, which should be at least 0.")
            }
            decoder.exceedsFloat16 = architecture.exceedsFloat16
            try adapt(&decoder, to: checkpoint.source)
            return (name, decoder)
        }
        throw CheckpointError(file, unknown(listed, known: architectures.flatMap(\.names).sorted()))
    }

    /// The names that `architectures` lists; one alone may stand there without a list.
    private static func names(_ value: JSONValue?, _ file: String) throws(CheckpointError) -> [String] {
        let advice = """
            it should list the name of the model's class, such as ["LlamaForCausalLM"], \
            which --hf-overrides can give too.
            """
        guard let value else { throw CheckpointError(file, "has no 'architectures': \(advice)") }
        let elements = value.stringValue == nil ? value.arrayValue ?? [] : [value]
        let names = elements.compactMap(\.stringValue).filter { !$0.isEmpty }
        guard !names.isEmpty, names.count == elements.count else {
            throw CheckpointError(file, "has \(ConfigReader.show(value)) as 'architectures': \(advice)")
        }
        return names
    }

    /// What is said of architectures that none of the known ones is.
    private static func unknown(_ listed: [String], known: [String]) -> String {
        let near = Array(listed.prefix(4).flatMap { self.near($0, among: known) }.prefix(3))
        let guess = near.isEmpty ? "." : "; did you mean \(near.joined(separator: " or "))?"
        let names = near + known.filter { !near.contains($0) }
        return
            "has the architecture \(shown(listed)), which is not supported\(guess) Supported are \(names.joined(separator: ", "))."
    }

    private static func shown(_ listed: [String]) -> String {
        let names = listed.prefix(4).map { name in
            let start = String(name.unicodeScalars.prefix(100))
            return start.unicodeScalars.count < name.unicodeScalars.count ? start + "…" : start
        }
        return (names + (listed.count > 4 ? ["…"] : [])).joined(separator: ", ")
    }

    /// Names of which a third of what tells them apart may be different: most end alike, which says nothing.
    private static func near(_ name: String, among known: [String]) -> [String] {
        let endings = ["ForCausalLM", "LMHeadModel", "ForConditionalGeneration"]
        func stem(_ name: String) -> String {
            let ending = endings.first(where: name.hasSuffix) ?? ""
            return String(name.dropLast(ending.count)).lowercased()
        }
        guard endings.contains(where: name.hasSuffix) else { return Suggestion.near(name, among: known) }
        let wanted = stem(name)
        let limit = wanted.utf8.count < 4 ? 0 : (wanted.utf8.count + 1) / 3
        return Suggestion.near(wanted, among: Set(known.map(stem)).sorted(), within: limit).flatMap { found in
            known.filter { stem($0) == found }
        }
    }
}
