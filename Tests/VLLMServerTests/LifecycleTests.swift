// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import ServiceLifecycle
import Synchronization
import Testing
import VLLMEngine
import VLLMJSON
import VLLMMockEngine
import VLLMServer
import VLLMTypes

@Suite(.timeLimit(.minutes(2))) struct LifecycleTests {
    private static let path = "/v1/completions"

    @Test func `a connection serves one request after the other`() async throws {
        try await LiveServer.run { server in
            try await server.connect { connection in
                for _ in 0..<3 {
                    try await connection.post(Self.path, #"{"prompt":"a","max_tokens":50}"#)
                    let answer = try await connection.read(until: "\"kv_transfer_params\":null}")
                    #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
                    #expect(answer.contains("Hello, world"))
                }
                try await connection.post(Self.path, #"{"prompt":"a","stream":true}"#)
                _ = try await connection.read(until: "data: [DONE]\n\n")
                try await connection.post(Self.path, #"{"prompt":"#)
                #expect(try await connection.read(until: "\"code\":400}}").contains("400 Bad Request"))
            }
        }
    }

    @Test func `a client that asks before it sends a body is told to go on`() async throws {
        try await LiveServer.run { server in
            try await server.connect { connection in
                let body = #"{"prompt":"a","max_tokens":1}"#
                let head =
                    "POST \(Self.path) HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
                    + "Expect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                try await connection.outbound.write(ByteBuffer(string: head))
                _ = try await connection.read(until: "HTTP/1.1 100 Continue\r\n\r\n")
                try await connection.outbound.write(ByteBuffer(string: body))
                #expect(try await connection.read(until: "\r\n").hasPrefix("HTTP/1.1 200 OK"))
            }
        }
    }

    @Test func `events come as they are made, not at the end`() async throws {
        let control = MockControl(isGated: true)
        try await LiveServer.run(control: control) { server in
            try await server.connect { connection in
                try await connection.post(Self.path, #"{"prompt":[97],"stream":true}"#)
                for letter in ["H", "e", "l"] {
                    control.allow(steps: 1)
                    #expect(try await connection.read(until: "\"text\":\"\(letter)\"").contains("data: "))
                }
                control.open()
                _ = try await connection.read(until: "data: [DONE]\n\n")
            }
        }
    }

    @Test(arguments: [true, false])
    func `a client that goes away ends its request in the engine`(isStream: Bool) async throws {
        let control = MockControl(isGated: true)
        try await LiveServer.run(.endless, control: control) { server in
            try await server.connect { connection in
                try await connection.post(
                    Self.path, #"{"prompt":[97],"n":2,"max_tokens":4000,"stream":\#(isStream)}"#)
                control.allow(steps: 1)
                _ = await control.steps.first { _ in true }
            }
            // The connection is closed; every further step is made only to see the sequences released.
            var numLive = 1
            while numLive > 0 {
                control.allow(steps: 1)
                numLive = try #require(await control.steps.first { _ in true }).numLive
            }
            #expect(server.engine.numUnfinished == 0)
            // The last step is counted when the engine has ended.
            control.open()
            await server.engine.shutdown()
            let metrics = server.engine.statistics
            #expect(metrics.scheduler.numUsedBlocks == 0)
            #expect(metrics.requestSuccess[.abort] == 2)
        }
    }

    @Test func `a client that does not read keeps no other waiting`() async throws {
        try await LiveServer.run(.endless) { server in
            try await server.connect { slow in
                try await slow.post(
                    Self.path, #"{"prompt":"a","max_tokens":4000,"stream":true,"logprobs":5}"#)
                _ = try await slow.read(until: "data: ")
                for _ in 0..<4 {
                    #expect(
                        try await server.post(Self.path, #"{"prompt":"a","max_tokens":9}"#).contains("200 OK")
                    )
                }
                #expect(
                    try await slow.read(until: "data: [DONE]\n\n").contains("\"finish_reason\":\"length\""))
            }
        }
    }

    @Test func `many streams at once each get their own text`() async throws {
        try await LiveServer.run(.echo) { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<64 {
                    group.addTask {
                        let body =
                            #"{"prompt":[\#(65 + index / 8),\#(65 + index % 8)],"stream":true,"return_token_ids":true}"#
                        let answer = try await server.post(Self.path, body)
                        #expect(answer.contains("\"token_ids\":[\(65 + index / 8)]"))
                        #expect(answer.contains("\"token_ids\":[\(65 + index % 8)]"))
                        #expect(answer.contains("[DONE]"))
                    }
                }
                try await group.waitForAll()
            }
            #expect(server.engine.numUnfinished == 0)
        }
    }

    @Test func `a server told to stop takes no new work and finishes what runs`() async throws {
        let control = MockControl(isGated: true)
        try await LiveServer.run(control: control, server: { $0.shutdownTimeout = .seconds(1000) }) {
            server in
            try await server.connect { running in
                try await running.post(Self.path, #"{"prompt":[97],"max_tokens":50,"stream":true}"#)
                control.allow(steps: 1)
                _ = try await running.read(until: "\"text\":\"H\"")
                try await server.connect { idle in
                    await server.group.triggerGracefulShutdown()
                    // The signal takes its own way; the answer changes when it has arrived.
                    var answer = ""
                    repeat {
                        try await idle.post(Self.path, #"{"prompt":"a","max_tokens":0}"#)
                        answer = try await idle.read(until: "}}")
                    } while answer.contains("400 Bad Request")
                    #expect(answer.hasPrefix("HTTP/1.1 503"))
                    #expect(answer.contains("shutting down"))
                }
                control.open()
                let rest = try await running.read(until: "data: [DONE]\n\n")
                #expect(rest.contains("\"finish_reason\":\"stop\""))
            }
        }
    }

    @Test func `a server told to stop aborts what takes longer than its timeout`() async throws {
        let control = MockControl(isGated: true)
        try await LiveServer.run(.endless, control: control) { server in
            try await server.connect { running in
                try await running.post(Self.path, #"{"prompt":[97],"max_tokens":4000,"stream":true}"#)
                control.allow(steps: 1)
                _ = try await running.read(until: "\"text\":\"a\"")
                await server.group.triggerGracefulShutdown()
                #expect(try await running.readAll().contains("\"finish_reason\":\"abort\""))
                control.open()
            }
        }
    }

    @Test func `a server that ends has closed its port`() async throws {
        let port = Mutex(0)
        try await LiveServer.run { server in port.withLock { $0 = server.port } }
        let reservation = try PortReservation(host: "127.0.0.1", port: port.withLock { $0 })
        #expect(reservation.port > 0)
    }
}
