// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing
import VLLMCheckpoints
import VLLMEngine
import VLLMJSON
import VLLMTypes

/// A checkpoint of `Tests/Fixtures/models` and what its golden.json expects.
struct ModelFixture {
    struct Prompt {
        let ids: [Int32]
        let promptLogprobs: [Double]
        let greedy: [Int32]
        let greedyLogprobs: [Double]
    }

    let source: CheckpointSource
    let prompts: [Prompt]
    let bfloat16Logprobs: [[Double]]
    let bfloat16MeanError: Double
    let bfloat16MaxError: Double

    /// - Parameter inGGUF: takes the same weights from the GGUF file of `Tests/Fixtures/gguf`.
    init(_ name: String, inGGUF: Bool = false) throws {
        let folder = CheckpointSource.folder(path: Self.folder("models/\(name)"))
        source = inGGUF ? .gguf(try GGUFModel(try GGUFDelta(name).file())) : folder
        let golden = try #require(try folder.object("golden.json"))
        let bfloat16 = try #require(golden["bfloat16"])
        prompts = try #require(golden["prompts"]?.arrayValue).map { prompt in
            Prompt(
                ids: Self.tokens(prompt["ids"]), promptLogprobs: Self.numbers(prompt["prompt_logprobs"]),
                greedy: Self.tokens(prompt["greedy"]), greedyLogprobs: Self.numbers(prompt["greedy_logprobs"])
            )
        }
        bfloat16Logprobs = try #require(bfloat16["float32_logprobs"]?.arrayValue).map(Self.numbers)
        bfloat16MeanError = try #require(bfloat16["mean_error"]?.doubleValue)
        bfloat16MaxError = try #require(bfloat16["max_error"]?.doubleValue)
    }

    /// All checkpoints.
    static let names =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder("models"))) ?? []).sorted()

    /// A folder of `Tests/Fixtures`.
    static func folder(_ name: String) -> String {
        let parts = #filePath.split(separator: "/").dropLast(2)
        return "/" + parts.joined(separator: "/") + "/Fixtures/" + name
    }

    private static func tokens(_ value: JSONValue?) -> [Int32] {
        value?.arrayValue?.compactMap { $0.intValue.map(Int32.init) } ?? []
    }

    private static func numbers(_ value: JSONValue?) -> [Double] {
        value?.arrayValue?.compactMap(\.doubleValue) ?? []
    }

    /// Starts an engine on the checkpoint.
    func load(
        dtype: EngineOptions.DTypeChoice, _ change: (inout EngineOptions) -> Void = { _ in }
    ) async throws -> AsyncLLM {
        var options = EngineOptions(model: source.name)
        options.dtype = dtype
        options.kvCacheMemoryBytes = 64 << 20
        change(&options)
        return try await ModelLoader.load(source, options)
    }
}

/// What a greedy completion gave.
struct Completion: Equatable {
    var tokenIDs: [Int32]
    var promptLogprobs: [Double]
    var logprobs: [Double]
}

extension AsyncLLM {
    /// Continues a prompt greedily by exactly that many tokens.
    ///
    /// - Parameter promptLogprobs: without them the prompt's beginning may come from the cache.
    func complete(_ prompt: [Int32], tokens: Int, promptLogprobs: Int? = 0) async throws -> Completion {
        let params = SamplingParams(
            temperature: 0, maxTokens: tokens, ignoreEOS: true, logprobs: 0, promptLogprobs: promptLogprobs,
            outputKind: .finalOnly)
        let stream = try generate(.tokens(prompt), params, requestID: "test")
        var result: RequestOutput?
        for try await output in stream { result = output }
        let output = try #require(result)
        let completion = try #require(output.outputs.first)
        return Completion(
            tokenIDs: completion.tokenIDs,
            promptLogprobs: output.promptLogprobs?.compactMap { $0.map { Double($0.chosen.logprob) } } ?? [],
            logprobs: completion.logprobs?.map { Double($0.chosen.logprob) } ?? [])
    }
}
