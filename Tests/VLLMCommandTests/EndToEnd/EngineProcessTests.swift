// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing
import VLLMCommand
import VLLMJSON

@Suite("The engine in a process of its own")
struct EngineProcessTests {
    private static let question: JSONValue = [
        "max_tokens": 12, "temperature": 0,
        "messages": [["role": "user", "content": "What is 7 times 6?"]],
    ]

    private func answer(_ url: ServerURL) throws -> (status: Int, text: String?) {
        let answer = try ServedProgram.ask(url, "POST", "/chat/completions", body: Self.question)
        return (answer.status, answer.body["choices"]?[0]?["message"]?["content"]?.stringValue)
    }

    @Test("when it is killed, its requests end with an error, another is started, and the server lives")
    func restart() throws {
        let (server, url) = try ServedProgram.start()
        let first = try server.processID(after: "Engine process: ")
        let before = try answer(url)
        #expect(before.status == 200)
        // A stream that would run for long.
        var stream = try HTTPConnection(to: url)
        let long: JSONValue = ["prompt": "1 2 3", "max_tokens": 200, "ignore_eos": true, "stream": true]
        try stream.send("POST", "/completions", apiKey: nil, body: JSONWriter().bytes(long))
        _ = try stream.receive()
        kill(first, SIGKILL)
        let rest = String(decoding: try stream.receiveAll(), as: UTF8.self)
        #expect(rest.contains("signal 9") && rest.contains("[DONE]"), "\(rest.suffix(300))")
        _ = try server.errorLine(with: "The engine was started again")
        let after = try answer(url)
        #expect(after.status == 200)
        #expect(after.text == before.text)
        server.send(SIGTERM)
        let outcome = try server.wait()
        #expect(outcome.status == 0)
        #expect(outcome.error.contains("signal 9"))
    }

    @Test("it ends with the server, even where that is killed")
    func orphan() throws {
        let (server, _) = try ServedProgram.start()
        let engine = try server.processID(after: "Engine process: ")
        let parent = try Self.parent(of: engine)
        #expect(parent > 1)
        kill(parent, SIGKILL)
        // The engine has the server's standard error too: the end of that is the end of both.
        _ = try server.wait()
    }

    /// The process that started another, as /proc tells it.
    private static func parent(of process: Int32) throws -> Int32 {
        let descriptor = unsafe open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = unsafe read(descriptor, &buffer, buffer.count)
        // The name, in parentheses, may have spaces; behind it stand the state and the parent.
        let fields = String(decoding: buffer[..<max(count, 0)], as: UTF8.self).split(separator: ")").last
        return try #require(fields?.split(separator: " ").dropFirst().first.flatMap { Int32($0) })
    }

    @Test("a model that cannot be loaded is an error as without it")
    func failure() throws {
        let outcome = try ChildProcess.run("serve", "/nonexistent", "--port", "0")
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("/nonexistent") && !outcome.error.contains("started again"))
        let small = try ChildProcess.run(
            "serve", "--host", "127.0.0.1", "--port", "0", "--kv-cache-memory-bytes", "1", "--block-size",
            "16")
        #expect(small.status == 1, "\(small.error)")
        #expect(small.error.contains("error:"))
    }
}
