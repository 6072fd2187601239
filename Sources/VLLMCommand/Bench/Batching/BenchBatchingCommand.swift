// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMEngine
import VLLMJSON
import VLLMScheduling
import VLLMTensors

/// `vllm bench batching`: what paging and continuous batching are worth.
struct BenchBatchingCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "batching",
        abstract: "Compares paging and continuous batching with reserved lengths and static batches.",
        discussion: """
            The same requests, model, kernels and pool in several modes:
              paged         the engine as it is
              oracle        room for a request's whole length, as if that were known
              pow2          room for its output's length up to a power of two
              max           room for --max-model-len
              static-paged  pages, but a batch runs until its longest has ended
              static-max    room for --max-model-len, and static batches
            The defaults are those of the PagedAttention paper (Kwon et al., SOSP
            2023): the mean lengths of ShareGPT's conversations, here with a
            log-normal tail, sequences of 2,048 tokens at most, and a pool for eight
            of these. s/token is the mean of a request's latency over its output's
            length. Reserved are slots of the cache that wait for a token, fragments
            those that none comes to. Modes that reserve need no contiguous memory
            here, and what has ended in a static batch is not computed on: both are
            better off than the systems they stand for. All modes give the same
            tokens, which is checked.

            Examples:
              vllm bench batching ./model
              vllm bench batching ./model --request-rate 2 --mode paged --mode max
            """)

    @OptionGroup(title: "Workload")
    var workload: BatchingWorkloadFlags

    @Option(help: "A mode to compare; may be repeated, and ratios are to the first (default: all).")
    var mode: [String] = []

    @Option(help: "Runs of each mode in turns, of which the median counts.")
    var numIters: Int = 1

    @Option(help: "Writes the figures to a file.")
    var outputJson: String?

    @OptionGroup(title: "Model")
    var model: ModelFlags

    @OptionGroup(title: "Memory and scheduling")
    var scheduling: SchedulingFlags

    @OptionGroup(title: "Log")
    var log: LogFlags

    /// The longest sequence, and how many of that length the pool holds, unless flags say otherwise.
    private static let paperLength = 2048
    private static let paperSequences = 8

    func validate() throws {
        guard (1...1000).contains(numIters) else {
            throw ValidationError("--num-iters should be in 1…1000.")
        }
        _ = try variants()
    }

    private func variants() throws -> [BatchingVariant] {
        guard !mode.isEmpty else { return BatchingVariant.allCases }
        return try mode.map { name in
            guard let variant = BatchingVariant(rawValue: name) else {
                let names = BatchingVariant.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--mode should be one of \(names), is '\(name)'.")
            }
            return variant
        }
    }

    func run(in context: CommandContext) async throws {
        try OutputFile.check(outputJson, flag: "--output-json")
        let starter = EngineStarter(
            model: model, scheduling: scheduling, logger: try context.logger(log),
            environment: context.environment)
        let variants = try variants()
        let (rounds, workload, seed) = (numIters, workload, UInt64(bitPattern: model.seed ?? 0))
        let hasPool = scheduling.kvCacheMemoryBytes != nil
        let hasLength = model.maxModelLen != nil
        let (report, info) = try await starter.run({ $0.enablePrefixCaching = false }) { parts, info in
            var config = parts.scheduler.config
            if !hasLength { config.maxModelLen = min(config.maxModelLen, Self.paperLength) }
            if !hasPool {
                let perSequence = (config.maxModelLen + config.blockSize - 1) / config.blockSize
                config.numBlocks = min(config.numBlocks, Self.paperSequences * perSequence)
            }
            var generator = SeededGenerator(seed: seed)
            let requests = workload.workload(
                vocabularySize: info.vocabularySize, maxModelLen: config.maximumSequenceLength
            ).requests(using: &generator)
            var executor = parts.executor
            // The first steps of a process are slower than those that follow.
            _ = try BatchingRun.run(
                Array(requests.prefix(2)).map { TimedRequest(arrival: 0, request: $0.request) },
                Scheduler(config: config), &executor)
            let progress = ProgressDisplay("Measuring", unit: .items("request"))
            defer { progress.clear() }
            let comparison = try BatchingComparison(
                of: variants, rounds: rounds, requests: requests, config: config, executor: &executor
            ) { progress.update(done: $0, total: variants.count * rounds * requests.count) }
            return (BatchingReport(comparison, config: config), info)
        }
        Terminal.print(report.lines.map { $0 + "\n" }.joined())
        if let outputJson {
            try OutputFile.write(json(report, info), to: outputJson, flag: "--output-json")
        }
    }

    private func json(_ report: BatchingReport, _ info: ModelInfo) -> JSONValue {
        [
            "model": .string(info.name), "dtype": .string(info.dtype.rawValue),
            "quantization": info.quantization.map { .string($0) } ?? .null,
            "device": .string(info.device), "threads": .integer(info.numThreads),
            "num_prompts": .integer(workload.numPrompts), "input_len": .integer(workload.inputLen),
            "output_len": .integer(workload.outputLen), "length_sigma": .number(workload.lengthSigma),
            "random_range_ratio": workload.randomRangeRatio.map { .number($0) } ?? .null,
            "request_rate": .string("\(workload.requestRate)"), "burstiness": .number(workload.burstiness),
            "max_model_len": .integer(report.config.maxModelLen),
            "max_num_seqs": .integer(report.config.maxNumSeqs),
            "block_size": .integer(report.config.blockSize), "num_blocks": .integer(report.config.numBlocks),
            "peak_memory_bytes": .integer(ProcessMemory.peakResident),
            "seed": .integer(Int(model.seed ?? 0)), "num_iters": .integer(numIters),
            "modes": .array(report.json),
        ]
    }
}
