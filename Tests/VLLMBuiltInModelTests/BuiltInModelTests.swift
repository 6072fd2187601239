// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMAssets
import Testing
import VLLMChat
import VLLMCheckpoints
import VLLMEngine
import VLLMJSON
import VLLMTypes

/// The model that is compiled into the program, as a person would use it.
@Suite struct BuiltInModelTests {
    /// A held-out question: none of them was in the training text.
    private struct Question {
        let prompt: String
        let expected: String

        /// Whether an answer is right: the same text, or the same JSON.
        func accepts(_ answer: String) -> Bool {
            let answer = answer.trimmingSpaces
            if answer == expected.trimmingSpaces { return true }
            guard let left = try? JSONParser.parse(String(answer)),
                let right = try? JSONParser.parse(expected)
            else {
                return false
            }
            return left == right
        }
    }

    private static var source: CheckpointSource {
        var count = 0
        let list = unsafe UnsafeBufferPointer(start: vllm_builtin_model_files(&count), count: count)
        var files: [String: FileBytes] = [:]
        for index in 0..<count {
            let file = unsafe list[index]
            guard let name = unsafe file.name, let bytes = unsafe file.bytes else { continue }
            let address = UInt(bitPattern: bytes)
            unsafe files[String(cString: name)] = FileBytes(embeddedAt: address, count: file.size)
        }
        return .embedded(name: "built-in", files: files)
    }

    private func load(
        _ quantization: String? = nil, _ change: (inout EngineOptions) -> Void = { _ in }
    ) async throws -> LLM {
        var options = EngineOptions(model: "built-in")
        options.quantization = quantization
        options.kvCacheMemoryBytes = 64 << 20
        change(&options)
        return LLM(engine: try await ModelLoader.load(Self.source, options))
    }

    /// Contexts of several splits, which few sequences cut among the threads and many do not.
    @Test(
        "long contexts have the same bits on any number of threads, in chunks and in company",
        arguments: [nil, "int8", "int4"])
    func longContexts(quantization: String?) async throws {
        let prompts: [[Int32]] = [1300, 700, 1030, 520].map { length in
            (0..<length).map { Int32(($0 * 37 + length) % 1400) }
        }
        let params = SamplingParams(temperature: 0, maxTokens: 12, ignoreEOS: true, logprobs: 2)
        func run(_ model: LLM, _ prompt: [Int32]) async throws -> RequestOutput {
            try await model.generate([.tokens(prompt)], params)[0]
        }
        var expected: [RequestOutput] = []
        let alone = try await load(quantization) { ($0.numThreads, $0.enablePrefixCaching) = (1, false) }
        for prompt in prompts { expected.append(try await run(alone, prompt)) }
        await alone.shutdown()
        for (threads, tokens) in [(2, 512), (8, 2048), (3, 100)] {
            let model = try await load(quantization) {
                ($0.numThreads, $0.maxNumBatchedTokens, $0.maxNumSeqs) = (threads, tokens, 16)
            }
            let single = try await run(model, prompts[0])
            let batch = try await model.generate(prompts.map { .tokens($0) }, params)
            for (found, wanted) in zip([single] + batch, [expected[0]] + expected) {
                #expect(found.outputs.map(\.tokenIDs) == wanted.outputs.map(\.tokenIDs))
                #expect(found.outputs.map(\.logprobs) == wanted.outputs.map(\.logprobs))
            }
            await model.shutdown()
        }
    }

    private func questions() throws -> [Question] {
        let folder = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures"
        let text = try #require(try CheckpointSource.folder(path: folder).text("builtin-eval.jsonl"))
        return try text.split(separator: "\n").map { line in
            let object = try JSONParser.parse(String(line))
            return Question(
                prompt: try #require(object["prompt"]?.stringValue),
                expected: try #require(object["expected"]?.stringValue))
        }
    }

    /// How many of the questions are answered with weights rounded so.
    private func numRight(_ quantization: String? = nil) async throws -> Int {
        let llm = try await load(quantization)
        let questions = try questions()
        #expect(questions.count == 200)
        let params = SamplingParams(temperature: 0, maxTokens: 128)
        let outputs = try await llm.chat(questions.map { [.user($0.prompt)] }, params)
        #expect(outputs.count == questions.count)
        let right = zip(questions, outputs).filter { question, output in
            question.accepts(output.outputs.first?.text ?? "")
        }
        await llm.shutdown()
        return right.count
    }

    @Test("at least 90 % of 200 held-out questions are answered, and rounded weights lose next to none")
    func accuracy() async throws {
        let plain = try await numRight()
        #expect(plain >= 180)
        let (eight, four) = try await (numRight("int8"), numRight("int4"))
        #expect(eight >= plain, "\(eight) with 8 bits, \(plain) without")
        #expect(four >= plain - 6, "\(four) with 4 bits, \(plain) without")
    }

    @Test("an answer ends by itself, at the end of the turn")
    func ending() async throws {
        let llm = try await load()
        let output = try await llm.chat(
            [.user("What is 12 plus 30?")], SamplingParams(temperature: 0, maxTokens: 64))
        #expect(output.outputs.first?.finishReason == .stop)
        #expect(output.outputs.first?.text.contains("42") == true)
        await llm.shutdown()
    }

    @Test("the files take at most 12 MB")
    func size() {
        var count = 0
        let list = unsafe UnsafeBufferPointer(start: vllm_builtin_model_files(&count), count: count)
        var total = 0
        for index in 0..<count { unsafe total += list[index].size }
        #expect(total <= 12_000_000)
        #expect(total > 1_000_000)
    }
}

extension String {
    fileprivate var trimmingSpaces: Substring {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
