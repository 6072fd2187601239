// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMEngine
import VLLMJSON

/// `vllm bench startup`: how long a server takes to start, and how much memory it then has.
struct BenchStartupCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "startup",
        abstract: "Times the start of a server: until it is ready, and until its first token.",
        discussion: """
            Starts this program's server on a free port of the loopback interface, again and
            again. What stands behind -- is passed to vllm serve.

            Examples:
              vllm bench startup ./model
              vllm bench startup ./model --num-iters 3 -- --quantization int8
            """)

    @Argument(help: "A folder or hub id; without it the built-in model.")
    var model: String?

    @Option(name: .customLong("model"), help: "The same as the argument.")
    var modelFlag: String?

    @Option(help: "Measured starts, of which the median counts.")
    var numIters: Int = 5

    @Option(help: "Writes the figures to a file.")
    var outputJson: String?

    @Argument(parsing: .postTerminator, help: "Arguments of vllm serve.")
    var serveArguments: [String] = []

    mutating func validate() throws {
        guard model == nil || modelFlag == nil else {
            throw ValidationError("the model is given twice, as an argument and as --model.")
        }
        model = model ?? modelFlag
        guard (1...1000).contains(numIters) else {
            throw ValidationError("--num-iters should be in 1…1000.")
        }
    }

    func run(in context: CommandContext) async throws {
        try OutputFile.check(outputJson, flag: "--output-json")
        let key = Self.apiKey(serveArguments) ?? context.environment["VLLM_API_KEY"]
        let progress = ProgressDisplay("Starting servers", unit: .items("start"))
        defer { progress.clear() }
        var runs: [ServedRun] = []
        for index in 0..<numIters {
            progress.update(done: index, total: numIters)
            runs.append(try ServedRun((model.map { [$0] } ?? []) + serveArguments, apiKey: key))
        }
        progress.clear()
        let ready = Spread(runs.map { $0.untilReady.seconds })
        let token = Spread(runs.map { $0.untilFirstToken.seconds })
        let memory = Spread(runs.map { Double($0.residentBytes) / Double(1 << 20) })
        Terminal.print(
            """
            starts            \(numIters), medians
            ready             \(Self.show(ready, digits: 3)) s
            first token       \(Self.show(token, digits: 3)) s
            resident at ready \(Self.show(memory, digits: 0)) MiB

            """)
        if let outputJson {
            let object: JSONValue = [
                "starts": .integer(numIters), "ready_seconds": ready.json,
                "first_token_seconds": token.json, "resident_mebibytes": memory.json,
            ]
            try OutputFile.write(object, to: outputJson, flag: "--output-json")
        }
    }

    /// The key that the server will ask for.
    private static func apiKey(_ arguments: [String]) -> String? {
        for (index, argument) in arguments.enumerated() {
            if argument == "--api-key" { return arguments.dropFirst(index + 1).first }
            if argument.hasPrefix("--api-key=") { return String(argument.dropFirst(10)) }
        }
        return nil
    }

    private static func show(_ spread: Spread, digits: Int) -> String {
        func text(_ value: Double) -> String { Quantity.fixed(value, digits: digits) }
        return "\(text(spread.median)) (\(text(spread.lowest))…\(text(spread.highest)))"
    }
}
