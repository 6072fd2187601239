// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing
import VLLMCheckpoints
import VLLMEngine
import VLLMJSON
import VLLMTemplates
import VLLMTokenizers

/// Damaged files: each is read or refused with an error, without a trap and in bounded time.
///
/// `VLLM_FUZZ_SCALE=10` in the environment of `make test` runs two million cases.
@Suite("Damaged files", .serialized) struct ParserFuzzTests {
    /// No input of these sizes may take longer, on a machine however busy.
    private static let patience = Duration.seconds(20)

    private static let folder =
        #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Fixtures/models/"

    private func bytes(_ path: String) throws -> [UInt8] {
        try #require(try FileBytes(mapping: Self.folder + path)).bytes
    }

    /// Runs damaged copies through a body; returns how many it took.
    private func fuzz(
        _ originals: [[UInt8]], cases: Int, seed: UInt64, _ body: ([UInt8]) throws -> Void
    ) -> Int {
        var mutator = Mutator(seed: seed)
        var numAccepted = 0
        for index in 0..<cases * Mutator.scale {
            let input = mutator.mutate(originals[index % originals.count])
            let start = ContinuousClock.now
            do {
                try body(input)
                numAccepted += 1
            } catch {
                // An error has to be a sentence.
                #expect(!"\(error)".isEmpty)
            }
            let time = ContinuousClock.now - start
            #expect(time < Self.patience, "case \(index) of seed \(seed) took \(time)")
        }
        return numAccepted
    }

    /// A checkpoint of the fixtures with one file replaced.
    private func source(_ name: String, _ file: String, _ memory: UnsafeRawBufferPointer) throws
        -> CheckpointSource
    {
        var files: [String: FileBytes] = [:]
        for other in ["config.json", "model.safetensors", "generation_config.json"] where other != file {
            files[other] = try FileBytes(mapping: Self.folder + name + "/" + other)
        }
        let address = UInt(bitPattern: memory.baseAddress)
        files[file] = FileBytes(embeddedAt: address, count: memory.count)
        return .embedded(name: name, files: files)
    }

    @Test("JSON")
    func json() throws {
        let originals = try ["qwen2/config.json", "llama/config.json", "gpt2/golden.json"].map(bytes)
            .map { Array($0.prefix(4000)) }
        let accepted = fuzz(originals, cases: 100_000, seed: 1) { input in
            let value = try JSONParser.parse(input, limits: JSONLimits(allowsNonFiniteNumbers: true))
            _ = JSONWriter().bytes(value)
        }
        #expect(accepted > 0)
    }

    @Test("headers of safetensors")
    func safetensors() throws {
        let whole = try bytes("qwen3/model.safetensors")
        let accepted = fuzz([Array(whole.prefix(3000))], cases: 30_000, seed: 2) { input in
            // The data behind the header stays, so that sizes may still fit.
            let file = input + whole.dropFirst(3000)
            try unsafe file.withUnsafeBytes { memory in
                _ = unsafe try Checkpoint(try source("qwen3", "model.safetensors", memory)).numParameters
            }
        }
        #expect(accepted >= 0)
    }

    @Test("files of PyTorch: archives, and pickles alone", arguments: ["zip", "protocol4", "legacy", "wide"])
    func pytorch(name: String) throws {
        let path = Self.folder + "../pytorch/\(name).bin"
        let original = try #require(try FileBytes(mapping: path)).bytes
        let accepted = fuzz([original], cases: 30_000, seed: 6) { input in
            let tensors = try PyTorchFile.tensors(of: FileBytes(input, name: "file"), path: "file")
            for tensor in tensors.values { tensor.withBytes { bytes in _ = bytes.byteCount } }
        }
        #expect(accepted > 0)
    }

    @Test("GGUF, what is made of its metadata, and its vocabulary")
    func gguf() throws {
        let whole = try bytes("../gguf/types.gguf")
        // Tensors' data are left as they are, so that offsets may still fit.
        let header = 2912
        let accepted = fuzz([Array(whole.prefix(header))], cases: 30_000, seed: 6) { input in
            let file = FileBytes(input + whole.dropFirst(header), name: "model.gguf")
            let source = CheckpointSource.gguf(try GGUFModel(file))
            _ = try ModelInspection(source, utilization: 0.9)
            guard let tokenizer = try ModelLoader.tokenizer(of: source) else { return }
            let tokens = try tokenizer.encode("a bäb\u{1F600}", addSpecialTokens: true)
            _ = tokenizer.decode(tokens, skipSpecialTokens: false)
        }
        #expect(accepted > 0)
    }

    @Test("config.json", arguments: ["llama", "llama-tied-llama3", "gpt2", "phi", "qwen2-window"])
    func config(name: String) throws {
        let original = try bytes("\(name)/config.json")
        let accepted = fuzz([original], cases: 10_000, seed: 3) { input in
            try unsafe input.withUnsafeBytes { memory in
                let source = try unsafe source(name, "config.json", memory)
                _ = try ModelInspection(source, utilization: 0.9)
            }
        }
        #expect(accepted > 0)
    }

    @Test(
        "the tensors that a config.json asks for", arguments: ["llama", "deepseek-v2", "gpt-oss", "mixtral"])
    func survey(name: String) throws {
        let accepted = fuzz([try bytes("\(name)/config.json")], cases: 500, seed: 12) { input in
            try unsafe input.withUnsafeBytes { memory in
                let source = try unsafe source(name, "config.json", memory)
                _ = try ModelInspection(source, utilization: 0.9).survey()
            }
        }
        #expect(accepted > 0)
    }

    @Test(
        "files of tokenizers",
        arguments: [
            ("Sources/CVLLMAssets/model/tokenizer.json", "tokenizer.json", 3000),
            ("Tests/VLLMTokenizersTests/Fixtures/unigram-trained.tokenizer.json", "tokenizer.json", 2000),
            ("Tests/VLLMTokenizersTests/Fixtures/wordpiece.tokenizer.json", "tokenizer.json", 2000),
            ("Tests/VLLMTokenizersTests/Fixtures/wordlevel.tokenizer.json", "tokenizer.json", 2000),
            ("Tests/VLLMTokenizersTests/Fixtures/bpe-user.model", "tokenizer.model", 5000),
            ("Tests/VLLMTokenizersTests/Fixtures/unigram-user.model", "tokenizer.model", 5000),
            ("Tests/VLLMTokenizersTests/Fixtures/small.tiktoken", "qwen.tiktoken", 5000),
        ])
    func tokenizer(path: String, name: String, cases: Int) throws {
        let folder = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        let file = try #require(try FileBytes(mapping: folder + "/" + path))
        let accepted = fuzz([file.bytes], cases: cases, seed: 4) { input in
            try unsafe input.withUnsafeBytes { memory in
                let address = UInt(bitPattern: memory.baseAddress)
                let source = CheckpointSource.embedded(
                    name: "t", files: [name: FileBytes(embeddedAt: address, count: memory.count)])
                guard let tokenizer = try ModelLoader.tokenizer(of: source) else { return }
                let tokens = try tokenizer.encode("Hello, wörld 42 \u{1F600}\n  x", addSpecialTokens: true)
                _ = tokenizer.decode(tokens, skipSpecialTokens: false)
            }
        }
        #expect(accepted > 0)
    }

    @Test("chat templates")
    func templates() throws {
        let folder = #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }
        let names = ["bracketed-instructions", "xml-tools", "typed-channels", "python-signatures"]
        let originals = try names.map {
            try #require(try FileBytes(mapping: "\(folder)/VLLMTemplatesTests/Fixtures/Families/\($0).jinja"))
                .bytes
        }
        let context: JSONObject = [
            "messages": [["role": "user", "content": "Hi"], ["role": "assistant", "content": "Hello"]],
            "tools": [["type": "function", "function": ["name": "f", "parameters": [:]]]],
            "add_generation_prompt": true, "bos_token": "<s>", "eos_token": "</s>",
        ]
        let limits = TemplateLimits(
            maximumSteps: 20_000, maximumOutputInBytes: 100_000, maximumDepth: 60, maximumRange: 1000)
        let accepted = fuzz(originals, cases: 30_000, seed: 5) { input in
            _ = try Template(String(decoding: input, as: UTF8.self)).render(context, limits: limits)
        }
        #expect(accepted > 0)
    }
}
