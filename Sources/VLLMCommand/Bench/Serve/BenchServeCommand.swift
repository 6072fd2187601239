// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging
import VLLMEngine
import VLLMHub
import VLLMJSON
import VLLMTokenizers

/// `vllm bench serve`: loads a server with requests and measures how it answers.
struct BenchServeCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Loads a server that speaks OpenAI's protocol, and measures its answers.",
        discussion: """
            Rows of the table and keys of the files are vLLM's; more latencies and
            percentiles are reported unless flags say otherwise.

            random: with --tokenizer, text; without, lists of token ids, which only
            completions take. sharegpt: the first question of each conversation. custom:
            lines such as {"prompt": "Hello", "output_tokens": 32}. Prompts of files are
            sent as they stand: openai-chat lets the server apply its chat template.
            Without --tokenizer lengths are estimated at four bytes a token until the
            server tells them.

            Each request has a connection of its own, and its time starts before it is
            connected. A stream that ends without [DONE] is a failure.

            Examples:
              vllm bench serve --num-prompts 200 --request-rate 4 --random-input-len 512
              vllm bench serve --backend openai-chat --dataset-name sharegpt
                --dataset-path sharegpt.json --max-concurrency 32 --goodput ttft:500
              vllm bench serve --output-json result.json --plot latency.svg
            """)

    @OptionGroup(title: "Server")
    var server: ServeTargetFlags

    @OptionGroup(title: "Prompts")
    var workload: ServeWorkloadFlags

    @OptionGroup(title: "Traffic")
    var traffic: ServeTrafficFlags

    @OptionGroup(title: "Sampling")
    var sampling: ServeSamplingFlags

    @OptionGroup(title: "Results")
    var results: ServeResultFlags

    @OptionGroup(title: "Log")
    var log: LogFlags

    func run(in context: CommandContext) async throws {
        let logger = try context.logger(log)
        try workload.check()
        try traffic.check()
        try results.check()
        let dataset = try workload.dataset()
        let goodput = try GoodputLimits(results.goodput)
        var target = try server.target(context.environment, sampling.fields)
        if dataset == .random { target.ignoresEOS = true }
        let requests = try await requests(for: target, context, logger)
        let address = try await address(of: target.url)
        if target.model.isEmpty { target.model = try ServedModel.first(at: target) }
        warmUp(requests, target, address, logger)
        logger.info("\(opening(requests.count, target))")
        let (records, duration) = run(requests, target, address, logger)
        let metrics = ServeMetrics(
            records, duration: duration, percentiles: try results.percentiles(), goodput: goodput)
        report(failures: records, logger)
        let report = ServeReport(
            metrics: metrics, shown: try results.metrics(), requestRate: traffic.requestRate,
            maxConcurrency: traffic.maxConcurrency)
        Terminal.print(report.table.joined(separator: "\n") + "\n")
        try write(records, metrics, target)
        if metrics.completed == 0 { throw ClientError("no request succeeded.") }
    }

    private func requests(for target: ServeTarget, _ context: CommandContext, _ logger: Logger) async throws
        -> [ServeRequest]
    {
        var tokenizer: Tokenizer?
        if let name = workload.tokenizer {
            let files = ModelSource(environment: context.environment, logger: logger)
            let source = try await files.resolve(name, revision: nil, wanting: .tokenizer)
            tokenizer = try ModelLoader.tokenizer(of: source)
            guard tokenizer != nil else { throw UsageError("--tokenizer: '\(name)' has no tokenizer.") }
        }
        var generator = SeededGenerator(seed: workload.seed)
        let requests = try workload.requests(tokenizer: tokenizer, using: &generator)
        let hasTokens = requests.contains { if case .tokens = $0.prompt { true } else { false } }
        guard target.backend != .openaiChat || !hasTokens else {
            throw UsageError("openai-chat takes texts, not token ids: random prompts need --tokenizer.")
        }
        return requests
    }

    /// The server's address, once it takes connections.
    private func address(of url: ServerURL) async throws -> ServerAddress {
        let end = ContinuousClock.now + .seconds(traffic.readyCheckTimeoutSec)
        while true {
            do {
                return try ServerAddress(of: url)
            } catch {
                guard ContinuousClock.now < end else { throw error }
                try await Task.sleep(for: .milliseconds(250))
            }
        }
    }

    private func warmUp(
        _ requests: [ServeRequest], _ target: ServeTarget, _ address: ServerAddress, _ logger: Logger
    ) {
        guard traffic.numWarmups > 0, let first = requests.first else { return }
        logger.info("Warming up with \(traffic.numWarmups) requests")
        let warmups = [ServeRequest](repeating: first, count: traffic.numWarmups)
        let load = LoadGenerator(
            address: address, requests: warmups, arrivals: warmups.map { _ in 0 },
            maxConcurrency: concurrency(of: warmups.count, logger))
        let (records, _) = load.run(encode: target.bytes) { _ in }
        report(failures: records, logger)
    }

    private func run(
        _ requests: [ServeRequest], _ target: ServeTarget, _ address: ServerAddress, _ logger: Logger
    ) -> (records: [RequestRecord], duration: Double) {
        // Another stream than that of the prompts, so that times do not depend on them.
        var generator = SeededGenerator(seed: ~workload.seed)
        let process = ArrivalProcess(rate: traffic.requestRate, burstiness: traffic.burstiness)
        let load = LoadGenerator(
            address: address, requests: requests,
            arrivals: process.times(count: requests.count, using: &generator),
            maxConcurrency: concurrency(of: requests.count, logger), keepsText: results.saveDetailed)
        let progress = ProgressDisplay(
            "Requests", unit: .items("requests"), isShown: Terminal.drawsProgress && !results.disableTqdm)
        defer { progress.clear() }
        return load.run(encode: target.bytes) { progress.update(done: $0, total: requests.count) }
    }

    /// Most connections at once, as asked for and as the system allows.
    private func concurrency(of count: Int, _ logger: Logger) -> Int {
        let wanted = min(traffic.maxConcurrency ?? count, count)
        let possible = OpenFiles.raiseLimit()
        if possible < wanted {
            logger.warning(
                "Only \(possible) requests run at once: the limit on open files is low (ulimit -n).")
        }
        return min(wanted, possible)
    }
}
