// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing
import VLLMCommand
import VLLMJSON

@Suite("vllm serve with the built-in model")
struct ServingTests {
    @Test("it answers, and ends with code 0 on SIGTERM and on SIGINT", arguments: [SIGTERM, SIGINT])
    func serves(signal: Int32) throws {
        let (server, url) = try ServedProgram.start("--served-model-name", "tiny", "other")
        let models = try ServedProgram.ask(url, "GET", "/models")
        #expect(models.status == 200)
        #expect(models.body["data"]?[0]?["id"]?.stringValue == "tiny")
        let body: JSONValue = [
            "model": "other", "max_tokens": 8, "temperature": 0,
            "messages": [["role": "user", "content": "Hello!"]],
        ]
        let answer = try ServedProgram.ask(url, "POST", "/chat/completions", body: body)
        #expect(answer.status == 200)
        #expect(answer.body["choices"]?[0]?["message"]?["content"]?.stringValue != nil)
        server.send(signal)
        let outcome = try server.wait()
        #expect(outcome.status == 0)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.contains("Model ") && outcome.error.contains("KV cache: "))
    }

    @Test("connections that were just opened do not keep it from stopping with code 0")
    func stopsWithNewConnections() throws {
        for _ in 0..<3 {
            let (server, url) = try ServedProgram.start("--shutdown-timeout", "2")
            let connections = (0..<30).map { _ in Self.connect(port: url.port) }
            #expect(connections.allSatisfy { $0 >= 0 })
            server.send(SIGTERM)
            #expect(try server.wait().status == 0)
            for descriptor in connections { close(descriptor) }
        }
    }

    /// A connection to this machine over which nothing is said; negative where there is none.
    private static func connect(port: Int) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return code == 0 ? descriptor : -1
    }

    @Test("a port in use ends the second server with code 1 before it loads a model")
    func portInUse() throws {
        let (server, url) = try ServedProgram.start()
        let second = try ChildProcess.run("serve", "--host", "127.0.0.1", "--port", "\(url.port)")
        #expect(second.status == 1)
        #expect(second.error.contains("in use"))
        #expect(!second.error.contains("KV cache"))
        server.send(SIGTERM)
        #expect(try server.wait().status == 0)
    }

    @Test("keys from the environment are asked for, and the chat client brings them")
    func keys() throws {
        let (server, url) = try ServedProgram.start(
            "--disable-log-stats", environment: ["VLLM_API_KEY=secret"])
        #expect(try ServedProgram.ask(url, "GET", "/models").status == 401)
        #expect(try ServedProgram.ask(url, "GET", "/models", key: "secret").status == 200)
        let address = "http://127.0.0.1:\(url.port)/v1"
        let flags = ["chat", "--url", address, "-q", "Hello!", "--temperature", "0", "--max-tokens", "8"]
        let refused = try ChildProcess(flags).wait()
        #expect(refused.status == 1 && refused.error.contains("401"), "\(refused.error)")
        let answered = try ChildProcess(flags + ["--api-key", "secret"]).wait()
        #expect(answered.status == 0, "\(answered.error)")
        #expect(answered.output.count > 1)
        let local = try ChildProcess.run("chat", "-q", "Hello!", "--temperature", "0", "--max-tokens", "8")
        #expect(local.output == answered.output)
        server.send(SIGTERM)
        #expect(try server.wait().status == 0)
    }
}
