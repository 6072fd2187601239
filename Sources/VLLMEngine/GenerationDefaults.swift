// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMJSON
import VLLMTypes

/// What a checkpoint says about sampling and about the end of a text.
struct GenerationDefaults: Sendable {
    var params = SamplingParams()
    var maxTokens: Int?
    var eosTokenIDs: [Int32] = []

    /// Reads generation_config.json of the model or of the folder that the options name.
    ///
    /// Without that file, config.json's own members count, as transformers reads checkpoints older than the file. The
    /// tokens that end a text are taken even where sampling defaults are not.
    init(_ checkpoint: Checkpoint, _ options: EngineOptions) throws(CheckpointError) {
        let source = try Self.source(checkpoint, folder: options.generationConfigFolder)
        var object = source.object
        let replaced = try Self.members(of: options.overrideGenerationConfig)
        if !options.usesGenerationConfig {
            for name in Self.samplingNames { object[name] = nil }
        }
        for (name, value) in replaced { object[name] = value }
        let config = ConfigReader(object, file: source.file)
        eosTokenIDs = try Self.tokenIDs(object["eos_token_id"], config)
        if eosTokenIDs.isEmpty {
            let file = checkpoint.source.path(of: "config.json")
            eosTokenIDs = try Self.tokenIDs(
                checkpoint.config["eos_token_id"], ConfigReader(checkpoint.config, file: file))
        }
        params.temperature = try config.double("temperature", default: params.temperature)
        params.topP = try config.double("top_p", default: params.topP)
        params.topK = try config.int("top_k", in: -1...(1 << 24), default: params.topK)
        params.minP = try config.double("min_p", default: params.minP)
        params.repetitionPenalty = try config.double("repetition_penalty", default: params.repetitionPenalty)
        if let value = object["max_new_tokens"], !value.isNull {
            maxTokens = try config.int("max_new_tokens", in: 1...(1 << 30))
        }
        do throws(RequestError) {
            try params.validate()
        } catch {
            throw config.error(error.parameter ?? "", "does not do as a default: \(error.message)")
        }
    }

    /// The members, and what messages call the file they are from.
    private static func source(
        _ checkpoint: Checkpoint, folder: String?
    ) throws(CheckpointError) -> (object: JSONObject, file: String) {
        let name = "generation_config.json"
        let source = folder.map { CheckpointSource.folder(path: $0) } ?? checkpoint.source
        if let object = try source.object(name, sizeLimit: 1 << 20) { return (object, source.path(of: name)) }
        if let folder {
            throw CheckpointError(
                folder, "has no \(name), which --generation-config should name the folder of.")
        }
        return (checkpoint.config, source.path(of: "config.json"))
    }

    private static let samplingNames = [
        "temperature", "top_p", "top_k", "min_p", "repetition_penalty", "max_new_tokens",
    ]

    private static func members(of override: String?) throws(CheckpointError) -> JSONObject {
        guard let override else { return [:] }
        guard let object = (try? JSONParser.parse(override))?.objectValue else {
            throw CheckpointError(
                "--override-generation-config", "should be a JSON object, is '\(override)'.")
        }
        let known = samplingNames + ["eos_token_id"]
        if let unknown = object.keys.first(where: { !known.contains($0) }) {
            throw CheckpointError(
                "--override-generation-config",
                "has '\(unknown)', which changes nothing here; known are \(known.joined(separator: ", ")).")
        }
        return object
    }

    /// An id, or a list of ids.
    private static func tokenIDs(
        _ value: JSONValue?, _ config: ConfigReader
    ) throws(CheckpointError) -> [Int32] {
        guard let value, !value.isNull else { return [] }
        var tokens: [Int32] = []
        for element in value.arrayValue ?? [value] {
            guard let token = element.intValue.flatMap(Int32.init(exactly:)), token >= -1 else {
                throw config.error("eos_token_id", "should be a token id or a list of such")
            }
            // Some files write that there is none so.
            if token >= 0, !tokens.contains(token) { tokens.append(token) }
        }
        return tokens
    }
}
