// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMEngine
import VLLMExecution
import VLLMJSON
import VLLMScheduling
import VLLMTypes

/// `vllm bench scheduler`: what a decoding step takes around the kernels.
struct BenchSchedulerCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "scheduler",
        abstract: "Times what a decoding step takes around the kernels.",
        discussion: """
            Steps of sequences that all decode: planning, laying out the batch and reading
            parameters, taking the tokens in. What the kernels take is told beside.

            Example:
              vllm bench scheduler --batch-size 64
            """)

    @Option(help: "Sequences that decode.")
    var batchSize: Int = 64

    @Option(help: "Tokens of a prompt.")
    var inputLen: Int = 128

    @Option(help: "Measured steps, of which the medians count.")
    var numIters: Int = 500

    @Option(help: "Randomness in [0, 2]; 0 takes the likeliest token.")
    var temperature: Double = 0

    @Option(help: "Divides the logits of tokens that are in prompt or output; more than 0.")
    var repetitionPenalty: Double = 1

    @Option(help: "Lowers tokens by how often they were generated, in [-2, 2].")
    var frequencyPenalty: Double = 0

    @Option(help: "Log-probabilities of this many alternatives a token; 0: of the token alone.")
    var logprobs: Int?

    @Option(help: "Writes the figures to a file.")
    var outputJson: String?

    @OptionGroup(title: "Model")
    var model: ModelFlags

    @OptionGroup(title: "Memory and scheduling")
    var scheduling: SchedulingFlags

    @OptionGroup(title: "Log")
    var log: LogFlags

    func validate() throws {
        guard batchSize >= 1, inputLen >= 1, (1...100_000).contains(numIters) else {
            throw ValidationError("lengths and counts should be at least 1, --num-iters at most 100000.")
        }
    }

    func run(in context: CommandContext) async throws {
        try OutputFile.check(outputJson, flag: "--output-json")
        let starter = EngineStarter(
            model: model, scheduling: scheduling, logger: try context.logger(log),
            environment: context.environment)
        var params = SamplingParams(
            temperature: temperature, ignoreEOS: true, seed: 0, logprobs: logprobs)
        params.repetitionPenalty = repetitionPenalty
        params.frequencyPenalty = frequencyPenalty
        let (batchSize, inputLen, numIters) = (batchSize, inputLen, numIters)
        let (figures, info) = try await starter.run({ $0.enablePrefixCaching = false }) {
            [params] parts, info in
            var params = params
            try params.validate(maxLogprobs: 20)
            guard batchSize <= info.maxNumSeqs else {
                throw UsageError("--batch-size should be at most --max-num-seqs, \(info.maxNumSeqs).")
            }
            let maxTokens = StepBenchmark.maxTokens(
                batchSize: batchSize, inputLen: min(inputLen, info.maxModelLen), numSteps: numIters,
                config: parts.scheduler.config)
            let length = inputLen.addingReportingOverflow(maxTokens)
            guard !length.overflow, length.partialValue <= info.maxModelLen,
                batchSize * length.partialValue <= info.poolTokens
            else {
                throw UsageError(
                    "--input-len and --num-iters together are more than the model or the pool takes.")
            }
            params.maxTokens = maxTokens
            let progress = ProgressDisplay("Measuring", unit: .items("step"))
            defer { progress.clear() }
            let prompts = (0..<batchSize).map { index in
                OfflineBenchmark.prompt(inputLen, salt: index, vocabularySize: info.vocabularySize)
            }
            var benchmark = try StepBenchmark(parts, prompts, params)
            let figures = try benchmark.run(numSteps: numIters) {
                progress.update(done: $0, total: numIters)
            }
            return (figures, info)
        }
        printReport(figures, info)
        if let outputJson {
            try OutputFile.write(json(figures, info), to: outputJson, flag: "--output-json")
        }
    }

    private func printReport(_ figures: StepBenchmark.Figures, _ info: ModelInfo) {
        let rows =
            [["µs a step", "median", "lowest", "highest"]]
            + figures.rows.map { name, spread in
                [name] + [spread.median, spread.lowest, spread.highest].map { Quantity.fixed($0, digits: 1) }
            }
        Terminal.print(
            "\(Quantity.count(batchSize, "sequence")) of \(inputLen) tokens, \(Quantity.count(numIters, "step")), \(info.device), \(Quantity.count(info.numThreads, "thread"))\n\n"
                + TextTable.lines(rows).map { $0 + "\n" }.joined())
    }

    private func json(_ figures: StepBenchmark.Figures, _ info: ModelInfo) -> JSONValue {
        var object: JSONObject = [
            "model": .string(info.name), "device": .string(info.device),
            "threads": .integer(info.numThreads), "batch_size": .integer(batchSize),
            "input_len": .integer(inputLen), "num_iters": .integer(numIters),
        ]
        for (name, spread) in figures.rows { object["\(name)_microseconds"] = spread.json }
        return .object(object)
    }
}
