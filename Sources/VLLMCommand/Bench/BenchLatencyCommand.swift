// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMCPU
import VLLMEngine
import VLLMJSON
import VLLMTensors

/// `vllm bench latency`: how fast a batch of one size is, beside what the machine could do.
struct BenchLatencyCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "latency",
        abstract: "Times prefill and decode of one batch, beside this machine's measured limits.",
        discussion: """
            Decode is timed while all requests of the batch decode: after the last first token
            and before the first request is done; below four such steps it is not timed.

            Example:
              vllm bench latency ./model --input-len 512 --output-len 64 --batch-size 1
            """)

    @Option(help: "Tokens of a prompt.")
    var inputLen: Int = 512

    @Option(help: "Tokens generated behind each prompt, at least 2.")
    var outputLen: Int = 64

    @Option(help: "Requests that run at once.")
    var batchSize: Int = 1

    @Option(help: "Measured runs, of which the median counts.")
    var numIters: Int = 5

    @Option(help: "Writes the figures to a file.")
    var outputJson: String?

    @OptionGroup(title: "Model")
    var model: ModelFlags

    @OptionGroup(title: "Memory and scheduling")
    var scheduling: SchedulingFlags

    @OptionGroup(title: "Log")
    var log: LogFlags

    /// Steps in which all requests decode, at least.
    private static let fewestSteps = 4

    func validate() throws {
        guard inputLen >= 1, outputLen >= 2, batchSize >= 1, numIters >= 1 else {
            throw ValidationError("lengths and counts should be at least 1, --output-len at least 2.")
        }
    }

    func run(in context: CommandContext) async throws {
        try OutputFile.check(outputJson, flag: "--output-json")
        let starter = EngineStarter(
            model: model, scheduling: scheduling, logger: try context.logger(log),
            environment: context.environment)
        let engine = try await starter.start { $0.enablePrefixCaching = false }
        let info = engine.info
        let benchmark = OfflineBenchmark(engine: engine)
        try benchmark.check(inputLength: inputLen, outputLength: outputLen, atOnce: batchSize)
        _ = try await benchmark.run(count: batchSize, inputLength: inputLen, outputLength: 2, salt: 0)
        var prefill: [Double] = []
        var decode: [Double] = []
        let progress = ProgressDisplay("Measuring", unit: .items("run"))
        for iteration in 1...numIters {
            progress.update(done: iteration - 1, total: numIters)
            let timing = try await benchmark.run(
                count: batchSize, inputLength: inputLen, outputLength: outputLen, salt: iteration)
            prefill.append(Double(batchSize * inputLen) / timing.untilFirstTokens.seconds)
            // Tokens are timed where they are read; a few of them may come in one.
            guard timing.decodedTokens >= Self.fewestSteps * batchSize else { continue }
            decode.append(Double(timing.decodedTokens) / timing.decoding.seconds)
        }
        progress.clear()
        await engine.shutdown()
        let memory = ProcessMemory.peakResident
        let peaks = try ComputeLimit(info, instructionSet: model.instructionSet).peaks
        printReport(info, peaks, memory, prefill: Spread(prefill), decode: Spread(decode))
        if let outputJson {
            try OutputFile.write(
                json(info, peaks, memory, Spread(prefill), Spread(decode)), to: outputJson,
                flag: "--output-json")
        }
    }

    private func printReport(
        _ info: ModelInfo, _ peaks: CPUPeaks, _ memory: Int, prefill: Spread, decode: Spread
    ) {
        let operations = 2 * Double(info.multipliedWeights)
        let bytes = info.weightBytes(tokens: batchSize)
        let arithmetic = prefill.median * operations / peaks.operationsPerSecond
        let bandwidth = decode.median / Double(batchSize) * bytes / peaks.bytesPerSecond
        let decodeArithmetic =
            decode.median * (operations + 2 * Double(info.headWeights)) / peaks.operationsPerSecond
        let decodeText =
            decode.median > 0
            ? "\(show(decode)) tokens/s, \(percent(bandwidth)) of the read bandwidth by weights, \(percent(decodeArithmetic)) of the arithmetic peak"
            : "not timed: under \(Self.fewestSteps) steps in which all requests decode; raise --output-len or --max-num-batched-tokens"
        Terminal.print(
            """
            device            \(info.device), \(info.numThreads) threads
            peak              \(rounded(peaks.operationsPerSecond / 1e9)) GOP/s \(info.multipliesIntegers ? "int8" : info.dtype.rawValue), \(rounded(peaks.bytesPerSecond / 1e9)) GB/s read
            weights           \(info.weightType), \(rounded(bytes / 1e6)) MB a step
            batch             \(batchSize) × \(inputLen) in, \(outputLen) out, median of \(numIters)
            prefill           \(show(prefill)) tokens/s, \(percent(arithmetic)) of the arithmetic peak
            decode            \(decodeText)
            peak memory       \(Quantity.bytes(memory))

            """)
    }

    private func json(
        _ info: ModelInfo, _ peaks: CPUPeaks, _ memory: Int, _ prefill: Spread, _ decode: Spread
    ) -> JSONValue {
        [
            "model": .string(info.name), "dtype": .string(info.dtype.rawValue),
            "quantization": info.quantization.map { .string($0) } ?? .null,
            "weights": .string(info.weightType),
            "device": .string(info.device), "threads": .integer(info.numThreads),
            "batch_size": .integer(batchSize), "input_len": .integer(inputLen),
            "output_len": .integer(outputLen), "num_iters": .integer(numIters),
            "peak_operations_per_second": .number(peaks.operationsPerSecond),
            "peak_bytes_per_second": .number(peaks.bytesPerSecond),
            "peak_memory_bytes": .integer(memory),
            "weight_bytes_per_step": .number(info.weightBytes(tokens: batchSize).rounded()),
            "prefill_tokens_per_second": prefill.json,
            "decode_tokens_per_second": decode.median > 0 ? decode.json : .null,
        ]
    }

    private func show(_ spread: Spread) -> String {
        "\(rounded(spread.median)) (\(rounded(spread.lowest))…\(rounded(spread.highest)))"
    }

    private func rounded(_ value: Double) -> String {
        value >= 100 ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
    }

    private func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
}
