// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMTokenizers
public import VLLMTypes

/// A model in this process, for batches of prompts.
///
/// ```swift
/// let llm = try await LLM(model: "models/Qwen2.5-0.5B-Instruct")
/// let outputs = try await llm.generate(["The capital of France is"], SamplingParams(temperature: 0))
/// print(outputs[0].outputs[0].text)
/// ```
public final class LLM: Sendable {
    /// The engine behind it, for streams.
    public let engine: AsyncLLM

    /// Loads a model from a folder or from the local hub cache.
    public convenience init(model: String) async throws {
        try await self.init(EngineOptions(model: model))
    }

    /// Loads a model.
    ///
    /// - Parameters:
    ///   - progress: told the bytes of weights that are packed and those that there are.
    ///   - note: told what is worth knowing of how the model is loaded, also after this has returned.
    public init(
        _ options: EngineOptions,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in },
        note: @escaping @Sendable (LoadNote) -> Void = { _ in }
    ) async throws {
        engine = try await ModelLoader.load(options, note: note, progress: progress)
    }

    /// Wraps an engine that runs already.
    public init(engine: AsyncLLM) { self.engine = engine }

    /// What is known of the model.
    public var info: ModelInfo { engine.info }

    /// The model's tokenizer.
    public var tokenizer: Tokenizer? { engine.tokenizer }

    /// Continues every prompt and gives the outputs in the order of the prompts.
    ///
    /// - Parameters:
    ///   - params: the same for all; nil takes the model's own.
    ///   - finished: told each output as it is complete.
    public func generate(
        _ prompts: [Prompt], _ params: SamplingParams? = nil, addSpecialTokens: Bool = true,
        finished: @escaping @Sendable (RequestOutput) -> Void = { _ in }
    ) async throws -> [RequestOutput] {
        var params = params ?? info.defaultSamplingParams
        params.outputKind = .finalOnly
        var streams: [RequestStream] = []
        for (index, prompt) in prompts.enumerated() {
            streams.append(
                try engine.generate(prompt, params, requestID: "\(index)", addSpecialTokens: addSpecialTokens)
            )
        }
        return try await withThrowingTaskGroup(of: (Int, RequestOutput?).self) { group in
            for (index, stream) in streams.enumerated() {
                group.addTask {
                    var last: RequestOutput?
                    for try await output in stream { last = output }
                    if let last { finished(last) }
                    return (index, last)
                }
            }
            var outputs = [RequestOutput?](repeating: nil, count: prompts.count)
            for try await (index, output) in group { outputs[index] = output }
            try Task.checkCancellation()
            return outputs.compactMap { $0 }
        }
    }

    /// Continues one prompt and gives its output as it comes.
    public func stream(_ prompt: Prompt, _ params: SamplingParams? = nil) throws(RequestError)
        -> RequestStream
    {
        try engine.generate(prompt, params ?? info.defaultSamplingParams, requestID: "stream")
    }

    /// Ends the engine.
    public func shutdown() async { await engine.shutdown() }
}
