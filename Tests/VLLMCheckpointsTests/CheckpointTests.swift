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
