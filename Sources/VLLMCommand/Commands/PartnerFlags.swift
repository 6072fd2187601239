// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging
import VLLMChat
import VLLMEngine
import VLLMTypes

/// Flags that say who answers at the terminal: a model in this process, or one on a server.
struct PartnerFlags: ParsableArguments {
    @Option(
        help:
            "Base URL of a server's API, such as http://localhost:8000/v1; without it the model runs in this process."
    )
    var url: String?

    @Option(help: "Key for that server (default: $VLLM_API_KEY, else $OPENAI_API_KEY).")
    var apiKey: String?

    @Option(help: "The model's name on that server (default: the first that it serves).")
    var modelName: String?

    @OptionGroup(title: "Sampling")
    var sampling: SamplingFlags

    @OptionGroup(title: "Chat template")
    var template: ChatTemplateFlags

    @OptionGroup(title: "Model")
    var model: ModelFlags

    @OptionGroup(title: "Memory and scheduling")
    var scheduling: SchedulingFlags

    @OptionGroup(title: "Log")
    var log: LogFlags

    /// Who answers.
    func partner(in context: CommandContext) async throws -> any ChatPartner {
        try check()
        return if let url { try remote(ServerURL(url), context) } else { try await local(context) }
    }

    private func check() throws {
        try template.check()
        try sampling.check()
        guard sampling.count ?? 1 == 1 else { throw UsageError("--n should be 1: one answer is shown.") }
        if url == nil, modelName != nil || apiKey != nil {
            throw UsageError("--model-name and --api-key are for a server: give its --url too.")
        }
        if url != nil, let model = model.model, modelName == nil {
            throw UsageError("'\(model)' would run in this process: name a server's model with --model-name.")
        }
    }

    private func local(_ context: CommandContext) async throws -> any ChatPartner {
        // A conversation is not the place for a report, unless it is asked for.
        let asked = log.logLevel != nil || context.environment["VLLM_LOGGING_LEVEL"] != nil
        let starter = EngineStarter(
            model: model, scheduling: scheduling,
            logger: try context.logger(log, standard: asked ? nil : .warning),
            environment: context.environment)
        let engine = try await starter.start()
        let formatter = try template.formatter(engine.info)
        if let warning = formatter.warning { starter.logger.warning("\(warning)") }
        var params = engine.info.defaultChatParams
        try sampling.apply(to: &params, seed: model.seed)
        params.outputKind = .delta
        return LocalChat(engine: engine, formatter: formatter, params: params)
    }

    private func remote(_ url: ServerURL, _ context: CommandContext) throws(UsageError) -> any ChatPartner {
        _ = try context.logger(log, standard: .warning)
        let key = apiKey ?? context.environment["VLLM_API_KEY"] ?? context.environment["OPENAI_API_KEY"]
        guard key?.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) ?? true else {
            throw UsageError("--api-key should have letters, digits and signs of ASCII only.")
        }
        return RemoteChat(
            url: url, apiKey: key, modelName: modelName, fields: try sampling.wireFields(seed: model.seed))
    }
}
