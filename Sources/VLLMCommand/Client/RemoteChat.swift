// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// A model on a server that speaks OpenAI's protocol.
struct RemoteChat: ChatPartner {
    let url: ServerURL
    let apiKey: String?
    /// nil asks the server which models it has and takes the first.
    let modelName: String?
    /// Further fields of every request.
    let fields: JSONObject

    func answer(_ question: Question, print: (String) -> Bool) async throws -> ChatAnswer {
        var body: JSONObject = ["model": .string(try modelName ?? firstModel())]
        body[question.field.name] = question.field.value
        body["stream"] = true
        body["stream_options"] = ["include_usage": true]
        for (key, value) in fields { body[key] = value }
        let start = ContinuousClock.now
        var connection = try HTTPConnection(to: url)
        try connection.send(
            "POST", question.path, apiKey: apiKey, body: JSONWriter().bytes(.object(body)))
        return try read(&connection, start: start, print: print)
    }

    func close() async {}

    private func read(
        _ connection: inout HTTPConnection, start: ContinuousClock.Instant, print: (String) -> Bool
    ) throws -> ChatAnswer {
        var events = EventStreamParser()
        var answer = ChatAnswer()
        var first: ContinuousClock.Instant?
        var failure: [UInt8] = []
        var isDone = false
        while let bytes = try connection.receive() {
            guard connection.status == 200 || connection.status == 0 else {
                failure += bytes
                continue
            }
            for event in events.consume(bytes) {
                guard event != "[DONE]" else {
                    isDone = true
                    continue
                }
                let piece = try take(event, into: &answer)
                guard !piece.isEmpty else { continue }
                first = first ?? .now
                guard print(piece) else { return answer }
            }
        }
        guard connection.status == 200 else { throw error(status: connection.status, body: failure) }
        guard isDone else { throw ClientError("\(url.authority) ended the answer before it was complete.") }
        answer.timeToFirstToken = (first ?? .now) - start
        answer.time = .now - start
        return answer
    }

    /// The text of an event, which may also hold the usage or an error.
    private func take(_ event: String, into answer: inout ChatAnswer) throws(ClientError) -> String {
        let value: JSONValue
        do {
            value = try JSONParser.parse(event)
        } catch {
            throw ClientError("\(url.authority) sent an event that is not JSON: \(error).")
        }
        if value["error"]?.objectValue != nil { throw self.error(status: 200, body: Array(event.utf8)) }
        if let usage = value["usage"]?.objectValue {
            answer.promptTokens = usage["prompt_tokens"]?.intValue
            answer.tokens = usage["completion_tokens"]?.intValue ?? answer.tokens
        }
        let choice = value["choices"]?[0]
        let piece = choice?["delta"]?["content"]?.stringValue ?? choice?["text"]?.stringValue ?? ""
        answer.text += piece
        return piece
    }

    private func firstModel() throws(ClientError) -> String {
        var connection = try HTTPConnection(to: url)
        try connection.send("GET", "/models", apiKey: apiKey)
        let body = try connection.receiveAll()
        guard connection.status == 200 else { throw error(status: connection.status, body: body) }
        guard let value = try? JSONParser.parse(body), let name = value["data"]?[0]?["id"]?.stringValue else {
            throw ClientError("\(url.authority) names no model; give --model-name.")
        }
        return name
    }

    private func error(status: Int, body: [UInt8]) -> ClientError {
        let value = try? JSONParser.parse(body)
        let message = value?["error"]?["message"]?.stringValue ?? value?["error"]?.stringValue
        let text = message ?? String(String(decoding: body, as: UTF8.self).prefix(200))
        return ClientError(
            "\(url.authority) answered \(status): \(text.isEmpty ? "no reason was given." : text)")
    }
}
