// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMEngine
import VLLMJSON

/// `vllm bench throughput`: tokens a second over many requests at once.
struct BenchThroughputCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "throughput",
        abstract: "Times many requests at once, offline.",
        discussion: """
            Example:
              vllm bench throughput ./model --input-len 128 --output-len 64 --num-prompts 32
            """)

    @Option(help: "Tokens of a prompt.")
    var inputLen: Int = 128

    @Option(help: "Tokens generated behind each prompt.")
    var outputLen: Int = 64

    @Option(help: "Requests.")
    var numPrompts: Int = 32

    @Option(help: "Measured runs, of which the median counts.")
    var numIters: Int = 3

    @Option(help: "Writes the figures to a file.")
    var outputJson: String?

    @OptionGroup(title: "Model")
    var model: ModelFlags

    @OptionGroup(title: "Memory and scheduling")
    var scheduling: SchedulingFlags

    @OptionGroup(title: "Log")
    var log: LogFlags

    func validate() throws {
        guard inputLen >= 1, outputLen >= 1, numPrompts >= 1, numIters >= 1 else {
            throw ValidationError("lengths and counts should be at least 1.")
        }
        guard numPrompts <= 1_000_000 else {
            throw ValidationError("--num-prompts should be at most 1000000.")
        }
    }

    func run(in context: CommandContext) async throws {
        try OutputFile.check(outputJson, flag: "--output-json")
        let starter = EngineStarter(
            model: model, scheduling: scheduling, logger: try context.logger(log),
            environment: context.environment)
        let engine = try await starter.start { $0.enablePrefixCaching = false }
        let benchmark = OfflineBenchmark(engine: engine)
        try benchmark.check(inputLength: inputLen, outputLength: outputLen)
        _ = try await benchmark.run(count: 2, inputLength: inputLen, outputLength: 2, salt: 0)
        var total: [Double] = []
        var output: [Double] = []
        let progress = ProgressDisplay("Measuring", unit: .items("run"))
        for iteration in 1...numIters {
            progress.update(done: iteration - 1, total: numIters)
            let timing = try await benchmark.run(
                count: numPrompts, inputLength: inputLen, outputLength: outputLen, salt: iteration)
            let seconds = timing.total.seconds
            total.append(Double(numPrompts * inputLen + timing.outputTokens) / seconds)
            output.append(Double(timing.outputTokens) / seconds)
        }
        progress.clear()
        await engine.shutdown()
        let memory = ProcessMemory.peakResident
        let limit = try ComputeLimit(engine.info, instructionSet: model.instructionSet)
        let least = limit.batch(count: numPrompts, inputLength: inputLen, outputLength: outputLen)
        let most = Double(numPrompts * (inputLen + outputLen)) / least
        let all = Spread(total)
        let generated = Spread(output)
        Terminal.print(
            """
            requests          \(numPrompts) × \(inputLen) in, \(outputLen) out, median of \(numIters)
            total tokens/s    \(Int(all.median)) (\(Int(all.lowest))…\(Int(all.highest)))
            output tokens/s   \(Int(generated.median)) (\(Int(generated.lowest))…\(Int(generated.highest)))
            limit             \(Int(most)) total tokens/s by the machine's measured peaks, of which \(Quantity.fixed(all.median / most * 100, digits: 1)) %
            peak memory       \(Quantity.bytes(memory))

            """)
        guard let outputJson else { return }
        let figures: JSONValue = [
            "model": .string(engine.info.name),
            "quantization": engine.info.quantization.map { .string($0) } ?? .null,
            "num_prompts": .integer(numPrompts), "input_len": .integer(inputLen),
            "output_len": .integer(outputLen), "num_iters": .integer(numIters),
            "total_tokens_per_second": all.json, "output_tokens_per_second": generated.json,
            "limit_tokens_per_second": .number(most), "limit_share": .number(all.median / most),
            "peak_memory_bytes": .integer(memory),
        ]
        try OutputFile.write(figures, to: outputJson, flag: "--output-json")
    }
}
