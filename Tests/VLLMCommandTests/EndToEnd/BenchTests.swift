// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing
import VLLMCommand
import VLLMJSON

@Suite("vllm bench with the built-in model")
struct BenchTests {
    /// A path for a file that is read once.
    private func withFile(_ body: (String) throws -> Void) throws {
        let path = "/tmp/vllm-bench-\(UInt64.random(in: 0 ... .max)).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func json(_ path: String) throws -> JSONValue {
        try JSONParser.parse(Array(try Data(contentsOf: URL(filePath: path))))
    }

    @Test("startup tells how long a server takes, and passes its arguments on")
    func startup() throws {
        try withFile { path in
            let outcome = try ChildProcess.run(
                "bench", "startup", "--num-iters", "2", "--output-json", path, "--",
                "--kv-cache-memory-bytes", "8MiB")
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(outcome.output.contains("ready") && outcome.output.contains("first token"))
            let figures = try json(path)
            let ready = try #require(figures["ready_seconds"]?["median"]?.doubleValue)
            let token = try #require(figures["first_token_seconds"]?["median"]?.doubleValue)
            #expect(ready > 0 && token > ready)
            // The engine's process is counted too.
            #expect(try #require(figures["resident_mebibytes"]?["lowest"]?.doubleValue) > 20)
        }
        let wrong = try ChildProcess.run("bench", "startup", "/nowhere", "--num-iters", "1")
        #expect(wrong.status == 1 && wrong.error.contains("/nowhere"))
    }

    @Test("kernels gives a share of a measured limit for each kernel that was asked for")
    func kernels() throws {
        try withFile { path in
            let outcome = try ChildProcess.run(
                "bench", "kernels", "--rows", "1", "--rows", "16", "--filter", "0.5B qkv", "--output-json",
                path)
            #expect(outcome.status == 0, "\(outcome.error)")
            let figures = try json(path)
            let kernels = try #require(figures["kernels"]?.arrayValue)
            #expect(kernels.count == 8)
            #expect(kernels.allSatisfy { ($0["share"]?.doubleValue ?? 0) > 0 })
            #expect(figures["peaks"]?["all_threads"]?["bytes_per_second"]?.doubleValue ?? 0 > 1e8)
        }
    }

    @Test("latency and throughput write what they print to a file")
    func figures() throws {
        for (command, key) in [
            ("latency", "decode_tokens_per_second"), ("throughput", "total_tokens_per_second"),
        ] {
            try withFile { path in
                let outcome = try ChildProcess.run(
                    "bench", command, "--input-len", "8", "--output-len", "4", "--num-iters", "1",
                    "--quantization", "int8", "--output-json", path)
                #expect(outcome.status == 0, "\(outcome.error)")
                let figures = try json(path)
                #expect(figures["quantization"]?.stringValue == "int8")
                #expect(try #require(figures[key]?["median"]?.doubleValue) > 0)
            }
        }
    }
}
