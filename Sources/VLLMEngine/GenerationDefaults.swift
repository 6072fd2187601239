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
        func config(_ name: String) -> ConfigReader {
            ConfigReader(object, file: replaced.contains(name) ? Self.overrideFlag : source.file)
        }
        eosTokenIDs = try Self.tokenIDs(object["eos_token_id"], config("eos_token_id"))
        if eosTokenIDs.isEmpty {
            let file = checkpoint.source.path(of: "config.json")
            eosTokenIDs = try Self.tokenIDs(
                checkpoint.config["eos_token_id"], ConfigReader(checkpoint.config, file: file))
        }
        func number(_ name: String, default fallback: Double) throws(CheckpointError) -> Double {
            try config(name).double(name, default: fallback)
        }
        params.temperature = try number("temperature", default: params.temperature)
        params.topP = try number("top_p", default: params.topP)
        params.topK = try config("top_k").int("top_k", in: -1...(1 << 24), default: params.topK)
        params.minP = try number("min_p", default: params.minP)
        params.repetitionPenalty = try number("repetition_penalty", default: params.repetitionPenalty)
        if let value = object["max_new_tokens"], !value.isNull {
            maxTokens = try config("max_new_tokens").int("max_new_tokens", in: 1...(1 << 30))
        }
        do throws(RequestError) {
            try params.validate()
        } catch {
            let name = error.parameter ?? ""
            // The message is a sentence, and so is what is made of it.
            let message = error.message.hasSuffix(".") ? error.message.dropLast() : error.message[...]
            throw config(name).error(name, "does not do as a default: \(message)")
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

    /// The flag whose members replace those of the file.
    private static let overrideFlag = "--override-generation-config"

    private static let samplingNames = [
        "temperature", "top_p", "top_k", "min_p", "repetition_penalty", "max_new_tokens",
    ]

    private static func members(of override: String?) throws(CheckpointError) -> JSONObject {
        guard let override else { return [:] }
        let object: JSONObject
        do throws(JSONObjectError) {
            object = try JSONParser.object(override)
        } catch {
            throw CheckpointError(overrideFlag, "\(error).")
        }
        let known = samplingNames + ["eos_token_id"]
        if let unknown = object.keys.first(where: { !known.contains($0) }) {
            throw CheckpointError(
                overrideFlag,
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
                throw config.error(
                    "eos_token_id", "should be a token id or a list of such, is \(ConfigReader.show(value))")
            }
            // Some files write that there is none so.
            if token >= 0, !tokens.contains(token) { tokens.append(token) }
        }
        return tokens
    }
}
