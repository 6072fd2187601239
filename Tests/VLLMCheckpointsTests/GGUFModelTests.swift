// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCheckpoints
import VLLMJSON

/// Files as the `gguf` package writes them, models in parts, and folders with several quantizations.
@Suite struct GGUFModelTests {
    /// A file of `Tests/Fixtures/gguf`.
    private static func fixture(_ name: String) -> String {
        "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures/gguf/" + name
    }

    @Test("what the gguf package writes is read as it was meant")
    func package() throws {
        let model = try GGUFModel(path: Self.fixture("types.gguf"))
        let values = model.metadata.values
        let integers = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "int64"].map {
            values["test.\($0)"]?.intValue
        }
        #expect(
            integers == [200, -100, 60000, -30000, 4_000_000_000, -2_000_000_000, -4_611_686_018_427_387_904])
        #expect(values["test.uint64"] == .number(0x1p63))
        #expect(values["test.float32"] == 0.5)
        #expect(values["test.float64"] == -0.25)
        #expect(values["test.bool"] == true)
        #expect(
            try model.metadata.strings("tokenizer.ggml.tokens")
                == ["<unk>", "<s>", "</s>", "▁a", "b", "ä", "▁", "a"])
        #expect(try model.metadata.integers("tokenizer.ggml.token_type") == [2, 3, 3, 1, 1, 1, 1, 1])
        #expect(try model.metadata.floats("tokenizer.ggml.scores")?.last == -5)
        #expect(
            model.chatTemplates == ["default": "{{ messages[0].content }}", "tool_use": "tools"])
        #expect(try model.architecture() == "llama")
        #expect(model.tensors["token_embd.weight"]?.shape == [8, 512])
        #expect(model.tensors["types.Q6_K"]?.range.count == 2 * 2 * 210)
        let source = CheckpointSource.gguf(model)
        let defaults = try #require(try source.object("generation_config.json"))
        #expect(defaults["temperature"] == 0.75)
        #expect(defaults["top_k"] == 40)
        #expect(try source.object("config.json") == nil)
    }

    /// A part of a split model with one tensor.
    private func part(_ number: Int, of count: Int, total: Int? = nil, tensor: String? = nil) -> [UInt8] {
        var builder = GGUFBuilder()
        builder.add("general.architecture", "llama")
        builder.add("split.no", 2, GGUFBuilder.bytes(UInt16(number)))
        builder.add("split.count", 2, GGUFBuilder.bytes(UInt16(count)))
        builder.add("split.tensors.count", 5, GGUFBuilder.bytes(Int32(total ?? count)))
        builder.tensors = [.init(name: tensor ?? "t\(number)", extents: [8], type: 0, offset: 0)]
        builder.numDataBytes = 32
        return builder.file
    }

    @Test("a part brings the others, whichever is named")
    func parts() throws {
        let folder = try TemporaryFolder()
        for number in 0..<3 {
            try folder.write(part(number, of: 3), to: "m-0000\(number + 1)-of-00003.gguf")
        }
        for number in 1...3 {
            let model = try GGUFModel(path: "\(folder.path)/m-0000\(number)-of-00003.gguf")
            #expect(model.tensors.keys.sorted() == ["t0", "t1", "t2"])
            #expect(model.files.count == 3)
            #expect(model.path == "\(folder.path)/m-00001-of-00003.gguf")
        }
        let source = try #require(try CheckpointSource(path: folder.path))
        #expect(source.path == "\(folder.path)/m-00001-of-00003.gguf")
    }

    @Test("parts that do not belong together are refused by name")
    func wrongParts() throws {
        let cases: [(String, [[UInt8]])] = [
            ("another part has", [part(0, of: 2), part(1, of: 2, tensor: "t0")]),
            ("is part 1 by 'split.no', but part 2", [part(0, of: 2), part(0, of: 2, tensor: "t1")]),
            ("'split.tensors.count' is 3", [part(0, of: 2, total: 3), part(1, of: 2, total: 3)]),
            ("one of 3 parts", [part(0, of: 3), part(1, of: 3)]),
            ("is not there: the weights are in 2 files, and all are needed", [part(0, of: 2)]),
        ]
        for (expected, parts) in cases {
            let folder = try TemporaryFolder()
            for (number, bytes) in parts.enumerated() {
                try folder.write(bytes, to: "m-0000\(number + 1)-of-00002.gguf")
            }
            let error = #expect(throws: CheckpointError.self) {
                try GGUFModel(path: "\(folder.path)/m-00001-of-00002.gguf")
            }
            #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
            let isMissing = parts.count == 1
            #expect(!isMissing || error?.file == "\(folder.path)/m-00002-of-00002.gguf")
        }
        let folder = try TemporaryFolder()
        try folder.write(part(0, of: 2), to: "alone.gguf")
        #expect(throws: CheckpointError.self) { try GGUFModel(path: "\(folder.path)/alone.gguf") }
    }

    @Test("of several quantizations in a folder one has to be named")
    func quantizations() throws {
        let folder = try TemporaryFolder()
        for name in ["m-Q4_K_M", "m-Q8_0", "m-UD-Q4_K_XL", "mmproj-m-F16"] {
            try folder.write(part(0, of: 1), to: "\(name).gguf")
        }
        let error = #expect(throws: CheckpointError.self) { try CheckpointSource(path: folder.path) }
        #expect(error?.message.contains("m-Q4_K_M.gguf, m-Q8_0.gguf, m-UD-Q4_K_XL.gguf") == true)
        #expect(error?.message.contains("mmproj") == false)
        for (quantization, file) in [
            ("q8_0", "m-Q8_0"), ("Q4_K_M", "m-Q4_K_M"), ("UD-Q4_K_XL", "m-UD-Q4_K_XL"),
            ("Q4_K_XL", "m-UD-Q4_K_XL"),
        ] {
            let source = try CheckpointSource(path: "\(folder.path):\(quantization)")
            #expect(source?.path == "\(folder.path)/\(file).gguf")
        }
        #expect(throws: CheckpointError.self) { try CheckpointSource(path: "\(folder.path):Q4_K") }
        // A folder for each quantization, as large models have them.
        try folder.makeFolder("Q2_K")
        for number in 0..<2 {
            try folder.write(part(number, of: 2), to: "Q2_K/m-0000\(number + 1)-of-00002.gguf")
        }
        try folder.makeFolder("other")
        try folder.write(part(0, of: 1), to: "other/m-Q8_0.gguf")
        let parts = try CheckpointSource(path: "\(folder.path):Q2_K")
        #expect(parts?.path == "\(folder.path)/Q2_K/m-00001-of-00002.gguf")
        let whole = try CheckpointSource(path: "\(folder.path):Q8_0")
        #expect(whole?.path == "\(folder.path)/m-Q8_0.gguf")
    }

    @Test("what looks like a path and is no model says what it lacks; other names may be ids of the hub")
    func localPaths() throws {
        func refused(_ path: String, _ what: String, _ file: String? = nil) {
            let error = #expect(throws: CheckpointError.self) { try CheckpointSource.local(path) }
            #expect(error?.message.contains(what) == true && error?.file == file ?? path, "\(error as Any)")
        }
        let folder = try TemporaryFolder()
        refused(folder.path, "there is no config.json")
        refused(folder.path, "It is empty.")
        refused(folder.path + ":Q4_K_M", "without GGUF files, of which 'Q4_K_M'", folder.path)
        try folder.write([1], to: "notes.md")
        try folder.write([1], to: "model.safetensors")
        refused(folder.path, "It holds model.safetensors, notes.md.")
        refused(folder.path + "/notes.md", "is a file, but not one of GGUF")
        for path in ["/nowhere/at/all", "./nowhere", "../nowhere/x"] { refused(path, "is not there") }
        for name in ["org/name", "nowhere", "", "org/name:Q4_K_M", ".hidden/x"] {
            #expect(try CheckpointSource.local(name) == nil, "\(name)")
        }
        for name in [
            "tokenizer.json", "tokenizer.model", "x.tiktoken", "vocab.json", "merges.txt", "vocab.txt",
            "config.json",
        ] {
            let folder = try TemporaryFolder()
            try folder.write(Array("{}".utf8), to: name)
            #expect(try CheckpointSource.local(folder.path)?.folder == folder.path, "\(name)")
        }
    }

    @Test("a folder with safetensors beside GGUF files is what its config.json says")
    func both() throws {
        let folder = try TemporaryFolder()
        try folder.write(part(0, of: 1), to: "m.gguf")
        try folder.write(Array("{}".utf8), to: "config.json")
        #expect(try CheckpointSource(path: folder.path)?.folder == nil)
        try folder.write([0, 0], to: "model.safetensors")
        #expect(try CheckpointSource(path: folder.path)?.folder == folder.path)
    }
}
