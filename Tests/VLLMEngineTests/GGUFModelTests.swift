// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing
import VLLMCPU
import VLLMCheckpoints
import VLLMEngine
import VLLMJSON
import VLLMTokenizers
import VLLMTypes

/// Small random models in GGUF against what transformers computes with the checkpoints that they were made from.
///
/// `Scripts/fixtures/gguf_models.py` made them from those of `models.py`.
@Suite struct GGUFModelTests {
    static let names = [
        "baichuan2-13b", "baichuan2-7b", "chatglm3", "command-r", "command-r-plus", "command-r7b",
        "deepseek-v2-lite", "deepseek-v3", "falcon-40b", "falcon-7b", "gemma", "gemma2",
        "gemma3", "glm", "glm4", "glm4-chatglm", "glm4-moe", "gpt-neox", "gpt-oss",
        "gpt2", "gptj", "granite", "llama-mha-bias", "llama-odd", "llama-tied-llama3", "mixtral",
        "olmo2", "olmoe", "phi-wide", "phi3", "phi3-short", "qwen", "qwen2", "qwen2-moe", "qwen3-moe",
        "stablelm",
        "stablelm-parallel", "starcoder2",
    ]

    @Test(
        "float32 log-probabilities and 64 greedy tokens are those of transformers",
        arguments: names, CPUBackend.availableInstructionSets)
    func float32(name: String, instructionSet: String) async throws {
        let fixture = try ModelFixture(name, inGGUF: true)
        let engine = try await fixture.load(dtype: .float32) { $0.instructionSet = instructionSet }
        for prompt in fixture.prompts {
            let output = try await engine.complete(prompt.ids, tokens: 64)
            #expect(output.tokenIDs == prompt.greedy)
            // Sums of a few hundred float32 products in another order differ by some 1e-6 of their size.
            #expect(maximumError(output.promptLogprobs, prompt.promptLogprobs) <= 1e-4)
            #expect(maximumError(output.logprobs, prompt.greedyLogprobs) <= 1e-4)
        }
        await engine.shutdown()
    }
}

/// A model whose weights are blocks of nine types, against what transformers computes with the numbers in them.
///
/// `Scripts/fixtures/gguf_blocks.py` made it.
@Suite struct GGUFBlocksTests {
    private let source: CheckpointSource
    private let golden: JSONObject

    init() throws {
        let folder = ModelFixture.folder("gguf")
        source = try #require(try CheckpointSource(path: "\(folder)/qwen3-blocks.gguf"))
        golden = try #require(try CheckpointSource.folder(path: folder).object("qwen3-blocks.json"))
    }

    @Test(
        "errors are those that eight bits an activation make",
        arguments: CPUBackend.availableInstructionSets, [EngineOptions.DTypeChoice.float32, .bfloat16])
    func logprobs(instructionSet: String, dtype: EngineOptions.DTypeChoice) async throws {
        var options = EngineOptions(model: source.name)
        options.dtype = dtype
        options.instructionSet = instructionSet
        options.kvCacheMemoryBytes = 16 << 20
        let engine = try await ModelLoader.load(source, options)
        var errors: [Double] = []
        for prompt in try #require(golden["prompts"]?.arrayValue) {
            let expected = Self.logprobs(prompt)
            let output = try await engine.complete(Self.ids(prompt), tokens: 1)
            #expect(output.promptLogprobs.count == expected.count)
            errors += zip(output.promptLogprobs, expected).map { abs($0 - $1) }
        }
        // Measured by rounding transformers' own activations to eight bits a row; bfloat16 elsewhere has as many.
        let mean = try #require(golden["mean_error"]?.doubleValue)
        let largest = try #require(golden["max_error"]?.doubleValue)
        #expect(errors.reduce(0, +) / Double(errors.count) <= 1.5 * mean)
        #expect(errors.max() ?? .infinity <= 1.5 * largest)
        await engine.shutdown()
    }

    @Test("matrices of latent attention in blocks are cut, and transposed, by their numbers")
    func latentAttention() async throws {
        let folder = ModelFixture.folder("gguf")
        let source = try #require(try CheckpointSource(path: "\(folder)/deepseek-blocks.gguf"))
        let golden = try #require(
            try CheckpointSource.folder(path: folder).object("deepseek-blocks.json")?["prompts"]?.arrayValue)
        var options = EngineOptions(model: source.name)
        options.dtype = .float32
        options.kvCacheMemoryBytes = 16 << 20
        let engine = try await ModelLoader.load(source, options)
        for prompt in golden {
            let output = try await engine.complete(Self.ids(prompt), tokens: 1)
            #expect(maximumError(output.promptLogprobs, Self.logprobs(prompt)) <= 1e-4)
        }
        await engine.shutdown()
    }

    private static func ids(_ prompt: JSONValue) -> [Int32] {
        prompt["ids"]?.arrayValue?.compactMap { $0.intValue.map(Int32.init) } ?? []
    }

    private static func logprobs(_ prompt: JSONValue) -> [Double] {
        prompt["logprobs"]?.arrayValue?.compactMap(\.doubleValue) ?? []
    }

    @Test("what is kept and what is rounded is told")
    func note() async throws {
        let notes = Mutex<[String]>([])
        var options = EngineOptions(model: source.name)
        options.kvCacheMemoryBytes = 16 << 20
        let engine = try await ModelLoader.load(
            source, options, note: { note in notes.withLock { $0.append(note.text) } })
        #expect(engine.info.weightType == "q6_k, q8_0, int4-g32, q4_k, q5_0")
        #expect(engine.info.numericsID.hasSuffix("-bfloat16-blocks"))
        let fits = try ModelInspection(source, utilization: 0.9).fits
        #expect(fits.first?.name == "q6_k, q8_0, int4-g32, q4_k, q5_0 as stored")
        // Blocks of 4 to 8 bits, and vectors.
        let (stored, rest) = (try #require(fits.first).weights, try #require(fits.dropFirst().first).weights)
        #expect(stored > rest / 4 && stored < rest * 3 / 5)
        await engine.shutdown()
        let text =
            "Weights in blocks: 2 Q6_K, 1 Q4_0, 1 Q4_K, 1 Q5_0, 1 Q8_0 tensors are run as they are stored; "
            + "1 IQ4_XS, 1 Q3_K, 1 Q5_K tensors are rounded to eight bits."
        #expect(notes.withLock { $0 }.contains(text))
    }

    @Test("a file's own words become tokenizer, templates, special tokens and defaults")
    func words() throws {
        let path = ModelFixture.folder("gguf/types.gguf")
        let source = try #require(try CheckpointSource(path: path))
        let tokenizer = try #require(try ModelLoader.tokenizer(of: source))
        #expect(try tokenizer.encode("ab", addSpecialTokens: true) == [1, 3, 4])
        let inspection = try ModelInspection(source, utilization: 0.9)
        #expect(inspection.architecture == "LlamaForCausalLM")
        // Two heads of 128 keys and as many values, two bytes each.
        #expect(inspection.fits.first?.kvBytesPerToken == 2 * 2 * 128 * 2)
    }

    @Test(
        "metadata that asks for other mathematics is refused by its key",
        arguments: [
            ("attn_logit_softcapping", 6, 50.0), ("logit_scale", 6, 0.25), ("attention.scale", 6, 0.5),
            ("attention.max_alibi_bias", 6, 8), ("attention.clamp_kqv", 6, 8), ("attention.causal", 7, 0),
            ("expert_weights_scale", 6, 2.5), ("expert_gating_func", 4, 2), ("pooling_type", 4, 3),
            ("attention.sliding_window", 4, 64),
        ])
    func mathematics(key: String, type: UInt32, value: Double) throws {
        let path = ModelFixture.folder("gguf/types.gguf")
        let whole = try #require(try FileBytes(mapping: path)).bytes
        let bytes: [UInt8] =
            switch type {
            case 4: Self.bytes(UInt32(value))
            case 6: Self.bytes(Float(value).bitPattern)
            default: [UInt8(value)]
            }
        func inspect(_ key: String) throws -> ModelInspection {
            let file = Self.adding(key, type: type, bytes, to: whole)
            return try ModelInspection(
                .gguf(try GGUFModel(FileBytes(file, name: "model.gguf"))), utilization: 0.9)
        }
        #expect(try inspect("llama.some_other_key").architecture == "LlamaForCausalLM")
        let error = #expect(throws: CheckpointError.self) { try inspect("llama.\(key)") }
        #expect(
            error?.description.contains(
                key == "attention.sliding_window" ? "sliding_window" : "'llama.\(key)' is")
                == true, "\(error?.description ?? "")")
    }

    @Test("metadata that a model cannot be made of is refused by its key")
    func refused() throws {
        let path = ModelFixture.folder("gguf/types.gguf")
        let whole = try #require(try FileBytes(mapping: path)).bytes
        let changes = [
            ("llama.block_count", "llama.block_coun_", "'llama.block_count' is missing"),
            ("general.architecture", "general.architectur_", "'general.architecture' is missing"),
            (
                "llama.attention.head_count", "llama.attention.head_coun_",
                "'llama.attention.head_count' is missing"
            ),
            ("token_embd.weight", "token_embd.weigh_", "token_embd.weight"),
            (
                "llama.attention.layer_norm_rms_epsilon", "llama.attention.layer_norm_rms_epsilo_",
                "'llama.attention.layer_norm_rms_epsilon' is missing"
            ),
        ]
        for (old, new, expected) in changes {
            let bytes = try #require(Self.replacing(Array(old.utf8), with: Array(new.utf8), in: whole))
            let error = #expect(throws: CheckpointError.self) {
                let model = try GGUFModel(FileBytes(bytes, name: "model.gguf"))
                return try ModelInspection(.gguf(model), utilization: 0.9)
            }
            #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
        }
        let other = try #require(Self.replacing(Array("llama".utf8), with: Array("mamba".utf8), in: whole))
        let error = #expect(throws: CheckpointError.self) {
            let model = try GGUFModel(FileBytes(other, name: "model.gguf"))
            return try ModelInspection(.gguf(model), utilization: 0.9)
        }
        #expect(error?.message.contains("'mamba', which is not read; read are") == true)
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// A file with one more key in front of the others; the data move by whole alignments.
    private static func adding(
        _ key: String, type: UInt32, _ value: [UInt8], to file: [UInt8]
    ) -> [UInt8] {
        func entry(_ key: String, _ type: UInt32, _ value: [UInt8]) -> [UInt8] {
            bytes(UInt64(key.utf8.count)) + Array(key.utf8) + bytes(type) + value
        }
        var added = entry(key, type, value)
        let filler = (64 - (added.count + entry("filler.", 7, [0]).count) % 32) % 32
        added += entry("filler." + String(repeating: "x", count: filler), 7, [0])
        let count = file[16..<24].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return file[..<16] + bytes(count + 2) + added + file[24...]
    }

    /// The bytes with the first place of some others that are as many; nil where there is none.
    private static func replacing(_ old: [UInt8], with new: [UInt8], in bytes: [UInt8]) -> [UInt8]? {
        guard let place = bytes.firstRange(of: old), old.count == new.count else { return nil }
        var changed = bytes
        changed.replaceSubrange(place, with: new)
        return changed
    }
}
