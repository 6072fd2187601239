// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing
import VLLMCommand
import VLLMJSON

@Suite("vllm bench serve")
struct BenchServeTests {
    private static let random = [
        "--num-prompts", "12", "--random-input-len", "20", "--random-output-len", "5", "--random-range-ratio",
        "0.5",
    ]

    /// Runs the benchmark against a server, with a folder for its files.
    private func run(
        _ url: ServerURL, _ flags: [String], body: (ChildProcess.Outcome, _ folder: String) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let address = ["bench", "serve", "--base-url", "http://\(url.authority)"]
        let flags = flags.map { $0.replacing("{folder}", with: folder) }
        try body(ChildProcess(address + ["--result-dir", folder] + flags).wait(), folder)
    }

    @Test("a run ends with a table, a file of figures and a plot")
    func completions() throws {
        let (server, url) = try ServedProgram.start()
        let flags = [
            "--max-concurrency", "3", "--goodput", "ttft:60000", "--num-warmups", "1", "--save-result",
            "--save-detailed", "--result-filename", "r.json", "--plot", "{folder}/p.svg",
        ]
        try run(url, Self.random + flags) { outcome, folder in
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(outcome.output.contains("Successful requests:                     12 "))
            #expect(outcome.output.contains("Failed requests:                         0 "))
            #expect(outcome.output.contains("P99 E2EL (ms): "))
            let bytes = Array(try Data(contentsOf: URL(filePath: "\(folder)/r.json")))
            let result = try JSONParser.parse(bytes)
            #expect(result["completed"] == 12 && result["max_concurrency"] == 3)
            #expect(result["request_goodput"] == result["request_throughput"])
            let outputs = (result["output_lens"]?.arrayValue ?? []).compactMap(\.intValue)
            #expect(outputs.count == 12 && outputs.allSatisfy { (2...8).contains($0) })
            #expect(result["total_output_tokens"]?.intValue == outputs.reduce(0, +))
            let plot = String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/p.svg")), as: UTF8.self)
            #expect(plot.hasPrefix("<svg ") && plot.hasSuffix("</svg>\n"))
        }
        server.send(15)
        #expect(try server.wait().status == 0)
    }

    @Test("prompts of a file go to a chat as messages")
    func chat() throws {
        let (server, url) = try ServedProgram.start()
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).jsonl").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        try Data("{\"prompt\": \"Hello!\", \"output_tokens\": 3}\n".utf8).write(to: URL(filePath: file))
        let flags = [
            "--backend", "openai-chat", "--dataset-name", "custom", "--dataset-path", file, "--num-prompts",
            "4", "--request-rate", "1000", "--ignore-eos",
        ]
        try run(url, flags) { outcome, _ in
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(outcome.output.contains("Total generated tokens:                  12 "))
        }
        withExtendedLifetime(server) {}
    }

    @Test("requests that the server refuses are failures with its reason, and then the code is 1")
    func failures() throws {
        let (server, url) = try ServedProgram.start()
        try run(url, ["--num-prompts", "3", "--random-input-len", "1000"]) { outcome, _ in
            #expect(outcome.status == 1)
            #expect(outcome.output.contains("Failed requests:                         3 "))
            #expect(outcome.error.contains("3 requests failed: HTTP 400: "))
        }
        withExtendedLifetime(server) {}
    }

    @Test(
        "a wrong command line ends with code 2 and a sentence that names the flag",
        arguments: [
            (["--dataset-name", "foo"], "--dataset-name"), (["--dataset-name", "custom"], "--dataset-path"),
            (["--dataset-name", "custom", "--dataset-path", "/nonexistent"], "/nonexistent"),
            (["--backend", "tgi"], "--backend"), (["--request-rate", "0"], "--request-rate"),
            (["--burstiness", "nan"], "--burstiness"), (["--goodput", "itl:1"], "--goodput"),
            (["--metric-percentiles", "101"], "--metric-percentiles"),
            (["--percentile-metrics", "ttf"], "--percentile-metrics"),
            (["--num-prompts", "0"], "--num-prompts"),
            (["--extra-body", "[]"], "--extra-body"), (["--endpoint", "/x"], "--endpoint"),
            (["--header", "x"], "--header"), (["--metadata", "x"], "--metadata"),
            (["--plot", "/nonexistent/p.svg"], "--plot"), (["--base-url", "https://h"], "https"),
            (["--random-input-len", "-1"], "--random-input-len"),
        ])
    func usage(flags: [String], text: String) throws {
        let outcome = try ChildProcess(["bench", "serve"] + flags).wait()
        #expect(outcome.status == 2 && outcome.error.contains(text) && outcome.output.isEmpty)
    }

    @Test("a server that is not there ends it with code 1 and its address")
    func unreachable() throws {
        let outcome = try ChildProcess(["bench", "serve", "--port", "1"]).wait()
        #expect(outcome.status == 1 && outcome.error.contains("no connection to 127.0.0.1:1: "))
    }
}
