// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMJSON

/// The API that is spoken to a server.
package enum ServeBackend: String, Sendable, CaseIterable {
    case openai, vllm
    case openaiChat = "openai-chat"

    /// Where the API stands unless said otherwise.
    package var endpoint: String { self == .openaiChat ? "/v1/chat/completions" : "/v1/completions" }

    /// True where an endpoint can be this API's.
    package func accepts(_ endpoint: String) -> Bool {
        let isChat = endpoint.hasSuffix("/chat/completions")
        return self == .openaiChat ? isChat : endpoint.hasSuffix("/completions") && !isChat
    }
}

/// Where requests go, and what all of them say.
package struct ServeTarget: Sendable {
    /// The API that is spoken.
    package let backend: ServeBackend
    /// Its prefix is the whole path of the endpoint.
    package let url: ServerURL
    /// The same for the list of models.
    package let modelsURL: ServerURL
    /// Header fields besides those of every request.
    package let headers: [(name: String, value: String)]
    /// The model's name in requests.
    package var model = ""
    /// Whether requests ask to go on behind the end of a text.
    package var ignoresEOS = false
    /// Further fields of every body; they replace those of the same name.
    package var extraBody = JSONObject()

    /// Takes a server's address apart.
    ///
    /// - Parameter base: `http://host:port`; a `/v1` at its end is not doubled by that of the endpoint.
    package init(
        backend: ServeBackend, base: String, endpoint: String?, headers: [String], apiKey: String?
    ) throws(UsageError) {
        let path = endpoint ?? backend.endpoint
        guard path.hasPrefix("/"), backend.accepts(path) else {
            throw UsageError(
                "--endpoint should be one such as \(backend.endpoint) for \(backend.rawValue), is '\(path)'."
            )
        }
        var base = base[...]
        while base.last == "/" { base.removeLast() }
        if base.hasSuffix("/v1"), path.hasPrefix("/v1/") { base = base.dropLast(3) }
        let suffix = backend == .openaiChat ? "/chat/completions" : "/completions"
        self.backend = backend
        url = try ServerURL(base + path)
        modelsURL = try ServerURL(base + path.dropLast(suffix.count) + "/models")
        self.headers = try Self.headers(headers, apiKey: apiKey)
    }

    /// The bytes of a request.
    package func bytes(of request: ServeRequest) -> [UInt8] {
        let body = JSONWriter().bytes(.object(body(of: request)))
        var head = "POST \(url.prefix) HTTP/1.1\r\nHost: \(url.authority)\r\nConnection: close\r\n"
        head += "Accept: text/event-stream\r\nContent-Type: application/json\r\nUser-Agent: swift-vllm\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        return Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + body
    }

    /// The body of a request, with the fields that vLLM's client sends.
    package func body(of request: ServeRequest) -> JSONObject {
        let prompt: JSONValue =
            switch request.prompt {
            case .text(let text): .string(text)
            case .tokens(let tokens): .array(tokens.map { .integer(Int($0)) })
            }
        var body: JSONObject = ["model": .string(model)]
        if backend == .openaiChat {
            body["messages"] = [["role": "user", "content": prompt]]
            body["max_completion_tokens"] = .integer(request.outputTokens)
        } else {
            body["prompt"] = prompt
            body["repetition_penalty"] = 1.0
            body["max_tokens"] = .integer(request.outputTokens)
        }
        body["stream"] = true
        body["stream_options"] = ["include_usage": true]
        if ignoresEOS { body["ignore_eos"] = true }
        for (key, value) in extraBody { body[key] = value }
        return body
    }

    private static func headers(_ pairs: [String], apiKey: String?) throws(UsageError) -> [(String, String)] {
        var result: [(String, String)] = []
        for pair in pairs {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0].filter { $0 != " " }
            guard parts.count == 2, !name.isEmpty,
                name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") }),
                parts[1].utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f })
            else { throw UsageError("--header: '\(pair)' should be a name, = and a value in ASCII.") }
            result.append((name, String(parts[1])))
        }
        if let apiKey, !result.contains(where: { $0.0.lowercased() == "authorization" }) {
            guard apiKey.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
                throw UsageError("--api-key should have letters, digits and signs of ASCII only.")
            }
            result.append(("Authorization", "Bearer \(apiKey)"))
        }
        return result
    }
}
