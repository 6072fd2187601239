// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMCommand
import VLLMEngine
import VLLMJSON
import VLLMTemplates
import VLLMTokenizers

extension FuzzTarget {
    /// Lists every target: an entry here is all that one takes.
    static let all = [
        FuzzTarget("json", upTo: 4096, seeds: .files("Tests/Fixtures/models/*/*config.json")) { bytes in
            let limits = JSONLimits(maximumSizeInBytes: 1 << 20, allowsNonFiniteNumbers: true)
            _ = JSONWriter().bytes(try JSONParser.parse(bytes, limits: limits))
        },
        FuzzTarget("safetensors", upTo: 4096, seeds: .made(Samples.safetensors)) { bytes in
            let files = ["config.json": Samples.emptyObject, "model.safetensors": bytes]
            let checkpoint = try Checkpoint(source(files))
            _ = (checkpoint.numParameters, checkpoint.storedDType, checkpoint.sizeInBytes)
            for name in checkpoint.tensorNames {
                checkpoint.tensor(name)?.withBytes { bytes in _ = bytes.byteCount }
            }
        },
        FuzzTarget("pytorch", upTo: 8192, seeds: .files("Tests/Fixtures/pytorch/*.bin")) { bytes in
            let tensors = try PyTorchFile.tensors(of: FileBytes(bytes, name: "file"), path: "file")
            for tensor in tensors.values { tensor.withBytes { bytes in _ = bytes.byteCount } }
        },
        FuzzTarget("gguf", upTo: 100_000, seeds: .files("Tests/Fixtures/gguf/types.gguf")) { bytes in
            let source = CheckpointSource.gguf(try GGUFModel(FileBytes(bytes, name: "model.gguf")))
            _ = try ModelInspection(source, utilization: 0.9)
            _ = try ModelLoader.tokenizer(of: source)?.encode(Samples.text, addSpecialTokens: true)
        },
        FuzzTarget("packed", upTo: 16_384, seeds: .made(Samples.packed)) { bytes in
            let file = try PackedFile(FileBytes(bytes, name: "packed"), key: Samples.packedKey)
            try file.verify { chunks, body in (0..<chunks).forEach(body) }
            _ = file.address(of: "a", size: 100)
        },
        FuzzTarget(
            "shards", upTo: 4096, seeds: .files("Tests/Fixtures/models/*/*.index.json"),
            .made(Samples.indices)
        ) { bytes in
            let files = [
                "config.json": Samples.emptyObject, "model.safetensors.index.json": bytes,
                Samples.shardName: Samples.shard,
            ]
            _ = try Checkpoint(source(files)).numParameters
        },
        FuzzTarget("config", upTo: 4096, seeds: .files("Tests/Fixtures/models/*/config.json")) { bytes in
            let files = ["config.json": bytes, "model.safetensors": Samples.noTensors]
            _ = try ModelInspection(source(files), utilization: 0.9)
        },
        FuzzTarget(
            "tokenizer", upTo: 100_000, seeds: .files("Sources/CVLLMAssets/model/tokenizer.json"),
            .files("Tests/VLLMTokenizersTests/Fixtures/*.tokenizer.json")
        ) { bytes in
            try tokenize(["tokenizer.json": bytes])
        },
        FuzzTarget(
            "sentencepiece", upTo: 100_000, seeds: .files("Tests/VLLMTokenizersTests/Fixtures/*.model")
        ) { bytes in
            try tokenize(["tokenizer.model": bytes])
        },
        FuzzTarget("tiktoken", upTo: 16_384, seeds: .files("Tests/VLLMTokenizersTests/Fixtures/*.tiktoken")) {
            bytes in
            try tokenize(["qwen.tiktoken": bytes])
        },
        FuzzTarget("tokenizer-words", upTo: 4096, seeds: .made(Samples.words)) { bytes in
            try tokenize(["vocab.txt": bytes])
        },
        FuzzTarget(
            "tokenizer-config", upTo: 4096, seeds: .made(Samples.tokenizerConfigurations)
        ) { bytes in
            try tokenize(["tokenizer.model": Samples.sentencePiece, "tokenizer_config.json": bytes])
        },
        FuzzTarget(
            "template", upTo: 4096, seeds: .files("Tests/VLLMTemplatesTests/Fixtures/Families/*.jinja"),
            .texts("Tests/VLLMTemplatesTests/Fixtures/snippets.json", key: "template")
        ) { bytes in
            let limits = TemplateLimits(
                maximumSteps: 20_000, maximumOutputInBytes: 100_000, maximumDepth: 60, maximumRange: 1000)
            let template = try Template(String(decoding: bytes, as: UTF8.self))
            _ = try template.render(Samples.conversation, limits: limits)
        },
        FuzzTarget("yaml", upTo: 4096, seeds: .files("Packaging/*.yaml"), .made(Samples.yaml)) { bytes in
            // Read first, for the table of flags takes longer than most files.
            let file = try ConfigFile(bytes, name: "file")
            _ = try ArgumentNormalizer.normalize(["--config", "file"], for: .serve) { _ in file }
        },
        FuzzTarget("engine-order", upTo: 4096, seeds: .made(Samples.orders)) { bytes in
            _ = try WireCoder.value(EngineOrder.self, in: bytes)
        },
        FuzzTarget("engine-report", upTo: 4096, seeds: .made(Samples.reports)) { bytes in
            _ = try WireCoder.value(EngineReport.self, in: bytes)
        },
    ]

    /// Makes a tokenizer of files, and a text tokens and text again.
    private static func tokenize(_ files: [String: [UInt8]]) throws {
        guard let tokenizer = try ModelLoader.tokenizer(of: source(files)) else { return }
        let tokens = try tokenizer.encode(Samples.text, addSpecialTokens: true)
        _ = tokenizer.decode(tokens, skipSpecialTokens: false)
    }

    /// Makes a checkpoint of files in memory.
    private static func source(_ files: [String: [UInt8]]) -> CheckpointSource {
        .embedded(name: "model", files: files.mapValues { FileBytes($0, name: "file") })
    }
}
