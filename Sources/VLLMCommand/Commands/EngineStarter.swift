// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Logging
import VLLMCheckpoints
import VLLMEngine
import VLLMHub
import VLLMTensors

/// Loads the model that a command's flags name, and reports it.
struct EngineStarter {
    let model: ModelFlags
    let scheduling: SchedulingFlags
    let logger: Logger
    let environment: [String: String]

    /// Throws for a flag with a wrong value, before anything is loaded.
    func check() throws(UsageError) { _ = try options() }

    private func options() throws(UsageError) -> EngineOptions {
        var options = EngineOptions(model: model.model ?? BuiltInModel.name)
        try model.apply(to: &options)
        try scheduling.apply(to: &options)
        do throws(DeviceError) {
            try options.validate()
        } catch {
            throw UsageError("\(error)")
        }
        return options
    }

    /// The options to start with; says which of them could not be kept.
    private func options(_ adjust: (inout EngineOptions) -> Void) throws(UsageError) -> EngineOptions {
        var options = try options()
        if let asked = options.numThreads {
            let limited = ThreadLimit.apply(to: asked)
            options.numThreads = limited.threads
            if let warning = limited.warning { logger.warning("\(warning)") }
        }
        adjust(&options)
        return options
    }

    /// Starts the engine.
    ///
    /// - Parameter adjust: changes the options before they are used.
    func start(_ adjust: (inout EngineOptions) -> Void = { _ in }) async throws -> AsyncLLM {
        let options = try options(adjust)
        let progress = ProgressDisplay("Loading weights", unit: .bytes)
        let start = ContinuousClock.now
        defer { progress.clear() }
        let engine = try await load(options) { done, total in progress.update(done: done, total: total) }
        progress.clear()
        Self.report(engine.info, took: .now - start, to: logger)
        if let process = engine.engineProcessID { logger.info("Engine process: \(process)") }
        return engine
    }

    /// Builds the parts of an engine on a thread of their own, and has them run there by the body.
    ///
    /// - Parameter adjust: changes the options before they are used.
    func run<Value: Sendable>(
        _ adjust: (inout EngineOptions) -> Void = { _ in },
        _ body: @escaping @Sendable (EngineParts, ModelInfo) throws -> Value
    ) async throws -> Value {
        let options = try options(adjust)
        let source = try await source(options)
        let progress = ProgressDisplay("Loading weights", unit: .bytes)
        defer { progress.clear() }
        let start = ContinuousClock.now
        return try await ModelLoader.run(
            source, options, environment: environment, note: log,
            progress: { progress.update(done: $0, total: $1) }
        ) { [logger] parts, info in
            progress.clear()
            Self.report(info, took: .now - start, to: logger)
            return try body(parts, info)
        }
    }

    private var files: ModelSource {
        ModelSource(
            environment: environment, token: model.hfToken, cacheRoot: model.downloadDir, logger: logger)
    }

    private func source(_ options: EngineOptions) async throws -> CheckpointSource {
        guard let name = model.model else { return BuiltInModel.source }
        return try await files.resolve(
            name, revision: options.revision,
            wanting: .checkpoint(WeightFiles(rawValue: options.loadFormat) ?? .auto))
    }

    private func load(
        _ options: EngineOptions, progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws -> AsyncLLM {
        let source = try await source(options)
        var tokenizer: CheckpointSource?
        if let name = options.tokenizer {
            tokenizer = try await files.resolve(name, revision: model.tokenizerRevision, wanting: .tokenizer)
        }
        return try await ModelLoader.load(
            source, tokenizer: tokenizer, options, environment: environment, stateChanged: logState,
            note: log, progress: progress)
    }

    private func log(_ note: LoadNote) {
        logger.log(level: note.isWarning ? .warning : .info, "\(note.text)")
    }

    private func logState(_ state: EngineState) {
        switch state {
        case .running: logger.warning("The engine was started again.")
        case .restarting(let reason): logger.error("\(reason) It is being started again.")
        case .dead(let reason): logger.error("\(reason)")
        }
    }

    private static func report(_ info: ModelInfo, took duration: Duration, to logger: Logger) {
        for line in StartupReport.lines(info, loadTime: duration) { logger.info("\(line)") }
    }
}
