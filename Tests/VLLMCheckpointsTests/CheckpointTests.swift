// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCheckpoints
import VLLMJSON

/// Checkpoints that are not what they should be.
@Suite struct CheckpointTests {
    private func source(_ files: [String: String]) -> (CheckpointSource, [MemoryFile]) {
        let memory = files.mapValues { MemoryFile(Array($0.utf8)) }
        return (.embedded(name: "test", files: memory.mapValues(\.file)), Array(memory.values))
    }

    @Test(
        "missing or broken files are errors that name them",
        arguments: [
            [:], ["config.json": "{}"], ["config.json": "{"], ["config.json": "[]"],
            ["config.json": "{}", "model.safetensors": ""],
            ["config.json": "{}", "model.safetensors.index.json": "{}"],
            [
                "config.json": "{}",
                "model.safetensors.index.json": #"{"weight_map":{"a":"missing.safetensors"}}"#,
            ],
            [
                "config.json": "{}",
                "model.safetensors.index.json": #"{"weight_map":{"a":"../../etc/passwd"}}"#,
            ],
            ["config.json": "{}", "model.safetensors.index.json": #"{"weight_map":{"a":5}}"#],
        ])
    func broken(files: [String: String]) {
        let (source, memory) = source(files)
        defer { withExtendedLifetime(memory) {} }
        #expect(throws: CheckpointError.self) { try Checkpoint(source) }
    }

    @Test(
        "parts of weights that are not there are named, with how many there should be",
        arguments: [
            (
                ["model-00001-of-00003.safetensors"],
                #"{"a":"model-00001-of-00003.safetensors","b":"model-00002-of-00003.safetensors","c":"model-00003-of-00003.safetensors"}"#,
                "model.safetensors.index.json", "model-00002-of-00003.safetensors",
                ", and so is model-00003-of-00003.safetensors"
            ),
            (
                ["model-00002-of-00002.safetensors"], nil, "", "model-00001-of-00002.safetensors",
                "in 2 files"
            ),
            (
                ["pytorch_model-00002-of-00004.bin"], nil, "", "pytorch_model-00001-of-00004.bin",
                ", and so are pytorch_model-00003-of-00004.bin, pytorch_model-00004-of-00004.bin: the weights are in 4 files"
            ),
            (
                ["pytorch_model-00001-of-00002.bin"],
                #"{"a":"pytorch_model-00001-of-00002.bin","b":"pytorch_model-00002-of-00002.bin"}"#,
                "pytorch_model.bin.index.json", "pytorch_model-00002-of-00002.bin", "fetch the model anew"
            ),
        ] as [([String], String?, String, String, String)])
    func missingParts(files: [String], map: String?, index: String, missing: String, what: String) {
        var all = ["config.json": "{}"]
        for file in files { all[file] = "never read" }
        if let map { all[index] = #"{"weight_map":\#(map)}"# }
        let (source, memory) = source(all)
        defer { withExtendedLifetime(memory) {} }
        let error = #expect(throws: CheckpointError.self) { try Checkpoint(source) }
        #expect(error?.file == "test/\(missing)" && error?.message.contains(what) == true, "\(error as Any)")
    }

    @Test("safetensors in parts are read without an index")
    func partsWithoutIndex() throws {
        func part(_ name: String) -> String {
            let header = #"{"\#(name)":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#
            return
                "\(Character(Unicode.Scalar(UInt8(header.utf8.count))))\(String(repeating: "\0", count: 7))\(header)"
        }
        let (source, memory) = source([
            "config.json": "{}", "model-00001-of-00002.safetensors": part("a"),
            "model-00002-of-00002.safetensors": part("b"),
        ])
        defer { withExtendedLifetime(memory) {} }
        #expect(try Checkpoint(source).tensorNames.sorted() == ["a", "b"])
    }

    @Test("a configuration's value outside its range is an error that names the key")
    func reader() throws {
        let object = try #require(
            try JSONParser.parse(
                #"{"a":-1,"b":"x","c":1e400,"d":null,"e":2.5,"f":true,"g":99999999999999999999}"#,
                limits: JSONLimits(allowsNonFiniteNumbers: true)
            ).objectValue)
        let reader = ConfigReader(object, file: "config.json")
        for key in ["a", "b", "e", "f", "g", "missing"] {
            let error = #expect(throws: CheckpointError.self) { try reader.int(key, in: 1...100) }
            #expect(error?.message.contains("'\(key)'") == true)
        }
        #expect(try reader.int("d", in: 1...100, default: 7) == 7)
        #expect(throws: CheckpointError.self) { try reader.double("b") }
        let large = #expect(throws: CheckpointError.self) { try reader.double("c") }
        #expect(large?.message == "'c' should be a finite number, is inf.")
        #expect(throws: CheckpointError.self) { try reader.bool("a", default: true) }
        #expect(try reader.bool("f", default: false))
    }

    @Test(
        "hub ids are told from paths",
        arguments: [
            ("org/name", true), ("gpt2", true), ("a/b/c", false), ("../x", false), ("", false),
            ("a//b", false),
            (".hidden/x", false), ("org/na me", false),
        ])
    func repositoryIDs(text: String, expected: Bool) {
        #expect(HubCache.isRepositoryID(text) == expected)
    }
}
