// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging
import VLLMEngine
import VLLMTypes

/// `vllm generate`: continues prompts in this process.
struct GenerateCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Continues prompts in this process.",
        discussion: """
            The text goes to standard output, everything else to standard error.

            Examples:
              vllm generate --prompt "Once upon a time" --max-tokens 64
              vllm generate ./Qwen2.5-0.5B --prompts-file prompts.txt --json
            """)

    @Option(name: [.short, .long], help: "Text to continue; may be given more than once.")
    var prompt: [String] = []

    @Option(help: "File with a prompt a line; -: standard input.")
    var promptsFile: String?

    @Option(help: "Prompt as token ids, as 1,2,3; may be given more than once.")
    var promptTokenIds: [String] = []

    @Flag(
        inversion: .prefixedNo,
        help: "Prints an object a line: index, token ids, text, log-probabilities, reasons.")
    var json = false

    @OptionGroup(title: "Sampling")
    var sampling: SamplingFlags

    @OptionGroup(title: "Model")
    var model: ModelFlags

    @OptionGroup(title: "Memory and scheduling")
    var scheduling: SchedulingFlags

    @OptionGroup(title: "Log")
    var log: LogFlags

    func run(in context: CommandContext) async throws {
        let logger = try context.logger(log)
        let prompts = try prompts()
        try sampling.check()
        let starter = EngineStarter(
            model: model, scheduling: scheduling, logger: logger, environment: context.environment)
        // In this process nobody but the user asks for log-probabilities.
        let engine = try await starter.start { if model.maxLogprobs == nil { $0.maxLogprobs = -1 } }
        var params = engine.info.defaultSamplingParams
        params.maxTokens = engine.info.defaultMaxTokens ?? 256
        try sampling.apply(to: &params, seed: model.seed)
        let isStreamed = prompts.count == 1 && params.n == 1 && !json
        params.outputKind = isStreamed ? .delta : .finalOnly
        if isStreamed {
            try await stream(prompts[0], params, engine)
        } else {
            try await generate(prompts, params, engine, logger)
        }
        await engine.shutdown()
    }

    private func prompts() throws(UsageError) -> [Prompt] {
        var prompts = prompt.map { Prompt.text($0) }
        for list in promptTokenIds {
            prompts.append(.tokens(try TokenIDList.parse(list, flag: "--prompt-token-ids")))
        }
        if let promptsFile { prompts += try PromptFile.read(promptsFile).map { .text($0) } }
        guard !prompts.isEmpty else {
            throw UsageError("there is nothing to continue: give --prompt TEXT or --prompts-file FILE.")
        }
        return prompts
    }

    /// Prints one output as it comes.
    private func stream(_ prompt: Prompt, _ params: SamplingParams, _ engine: AsyncLLM) async throws {
        for try await output in try engine.generate(prompt, params, requestID: "0") {
            for sequence in output.outputs where !sequence.text.isEmpty {
                guard Terminal.print(sequence.text) else { return }
            }
        }
        Terminal.print("\n")
    }

    private func generate(
        _ prompts: [Prompt], _ params: SamplingParams, _ engine: AsyncLLM, _ logger: Logger
    ) async throws {
        let batch = PromptBatch(prompts: prompts, params: params, engine: engine)
        let printer = GenerationPrinter(count: prompts.count, isJSON: json)
        let totals = try await batch.run { output, index in printer.take(output, index: index) }
        logger.info("\(totals)")
    }
}
