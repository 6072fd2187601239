// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCommand
import VLLMJSON

/// `vllm serve` as a child process with the built-in model.
enum ServedProgram {
    /// A server that is ready, and where.
    static func start(_ flags: String..., environment: [String] = []) throws -> (ChildProcess, ServerURL) {
        let arguments = ["serve", "--host", "127.0.0.1", "--port", "0", "--max-model-len", "256"] + flags
        let server = try ChildProcess(arguments, environment: environment)
        let line = try server.errorLine(with: "Starting vLLM server on ")
        let address = line.split(separator: " ").last.map(String.init) ?? ""
        return (server, try ServerURL("\(address)/"))
    }

    /// Sends a request and waits for its answer.
    static func ask(
        _ url: ServerURL, _ method: String, _ path: String, key: String? = nil, body: JSONValue? = nil
    ) throws -> (status: Int, body: JSONValue) {
        var connection = try HTTPConnection(to: url)
        try connection.send(method, path, apiKey: key, body: body.map { JSONWriter().bytes($0) } ?? [])
        let bytes = try connection.receiveAll()
        return (connection.status, (try? JSONParser.parse(bytes)) ?? .null)
    }
}

extension ChildProcess {
    /// The number behind a text in a line on standard error.
    func processID(after text: String) throws -> Int32 {
        let line = try errorLine(with: text)
        guard let id = line.split(separator: " ").last.flatMap({ Int32($0) }) else {
            throw Failure(description: "no process id in '\(line)'")
        }
        return id
    }
}
