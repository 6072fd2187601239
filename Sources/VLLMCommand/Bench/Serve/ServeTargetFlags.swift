// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMJSON

/// Flags of `vllm bench serve` that say where requests go.
struct ServeTargetFlags: ParsableArguments {
    @Option(help: "The API: openai or vllm (both mean completions), or openai-chat.")
    var backend: String = "openai"

    @Option(help: "The server's address, such as http://localhost:8000, in place of --host and --port.")
    var baseUrl: String?

    @Option(help: "The server's name or address.")
    var host: String = "127.0.0.1"

    @Option(help: "The server's port.")
    var port: Int = 8000

    @Option(help: "Path of the API (default: /v1/completions, or /v1/chat/completions for openai-chat).")
    var endpoint: String?

    @Option(help: "The model's name (default: the first that the server serves).")
    var model: String?

    @Option(help: "The model's name in requests, where it is not that of --model.")
    var servedModelName: String?

    @Option(parsing: .upToNextOption, help: "Header fields of every request, as name=value.")
    var header: [String] = []

    @Option(help: "Key for the server (default: $VLLM_API_KEY, else $OPENAI_API_KEY).")
    var apiKey: String?

    @Option(help: "Further fields of every request, as a JSON object.")
    var extraBody: String?

    @Flag(help: "Asks to go on behind the end of a text; always so for random prompts.")
    var ignoreEos = false

    /// Where requests go; the model is not asked for yet.
    func target(_ environment: [String: String], _ sampling: JSONObject) throws(UsageError) -> ServeTarget {
        guard let api = ServeBackend(rawValue: backend) else {
            let names = ServeBackend.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("--backend should be one of \(names), is '\(backend)'.")
        }
        let authority = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        let key = apiKey ?? environment["VLLM_API_KEY"] ?? environment["OPENAI_API_KEY"]
        var target = try ServeTarget(
            backend: api, base: baseUrl ?? "http://\(authority):\(port)", endpoint: endpoint, headers: header,
            apiKey: key)
        target.model = servedModelName ?? model ?? ""
        target.ignoresEOS = ignoreEos
        target.extraBody = sampling
        for (name, value) in try extraFields() { target.extraBody[name] = value }
        return target
    }

    private func extraFields() throws(UsageError) -> JSONObject {
        guard let extraBody else { return [:] }
        do throws(JSONObjectError) {
            return try JSONParser.object(extraBody)
        } catch {
            throw UsageError("--extra-body \(error).")
        }
    }
}

/// Flags of `vllm bench serve` that say how tokens are chosen; without one the server decides.
struct ServeSamplingFlags: ParsableArguments {
    @Option(help: "0 always takes the most likely token.")
    var temperature: Double?

    @Option(help: "Takes the most likely tokens whose probabilities sum up to this.")
    var topP: Double?

    @Option(help: "Takes so many of the most likely tokens.")
    var topK: Int?

    @Option(help: "Takes tokens of at least this share of the highest probability.")
    var minP: Double?

    @Option(help: "Makes tokens less likely the more often they came.")
    var frequencyPenalty: Double?

    @Option(help: "Makes tokens less likely that came.")
    var presencePenalty: Double?

    @Option(help: "Makes tokens less likely that came, by a factor (default: 1 for completions).")
    var repetitionPenalty: Double?

    /// The fields of a request that say so.
    var fields: JSONObject {
        var object = JSONObject()
        let numbers = [
            ("temperature", temperature), ("top_p", topP), ("min_p", minP),
            ("frequency_penalty", frequencyPenalty), ("presence_penalty", presencePenalty),
            ("repetition_penalty", repetitionPenalty),
        ]
        for (name, value) in numbers {
            if let value, value.isFinite { object[name] = .number(value) }
        }
        if let topK { object["top_k"] = .integer(topK) }
        return object
    }
}
