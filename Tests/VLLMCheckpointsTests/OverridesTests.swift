// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCheckpoints
import VLLMJSON

@Suite struct OverridesTests {
    private func checkpoint() throws -> (Checkpoint, TemporaryFolder) {
        let folder = try TemporaryFolder()
        let config =
            #"{"a": 1, "rope_scaling": {"type": "linear", "factor": 2}, "text_config": {"x": 1, "y": {"z": 1}, "#
            + #""deep_config": {"p": 1, "q": 2}}, "quantization_config": {"bits": 4, "group": 32}}"#
        try folder.write(Array(config.utf8), to: "config.json")
        // A file without tensors: the length of an empty header, and the header.
        try folder.write([2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8), to: "model.safetensors")
        return (try Checkpoint(.folder(path: folder.path)), folder)
    }

    @Test func objectsAreReplacedButForConfigurationsInside() throws {
        var (checkpoint, folder) = try checkpoint()
        defer { _ = folder }
        try checkpoint.override(
            #"{"a": null, "b": 2, "rope_scaling": {"factor": 4}, "text_config": {"x": 9, "y": {"w": 5}, "#
                + #""deep_config": {"q": 7}}, "quantization_config": {"bits": 8}}"#)
        let expected: JSONValue = [
            "a": nil, "b": 2, "rope_scaling": ["factor": 4],
            "text_config": ["x": 9, "y": ["w": 5], "deep_config": ["p": 1, "q": 7]],
            "quantization_config": ["bits": 8],
        ]
        #expect(JSONValue.object(checkpoint.config) == expected)
    }

    @Test func theIdentityOfAPackedCopyHasThem() throws {
        var (checkpoint, folder) = try checkpoint()
        defer { _ = folder }
        let plain = try #require(checkpoint.identity)
        try checkpoint.override("{}")
        #expect(checkpoint.identity == plain)
        try checkpoint.override(#"{"b": 2, "a": 3}"#)
        #expect(checkpoint.identity?.sorted() == (plain + [#"configuration: {"a":3,"b":2}"#]).sorted())
    }

    @Test func whatIsNoObjectIsRefused() throws {
        let cases = [
            ("", "should be a JSON object, is ''"), ("1", "should be a JSON object, is '1'."),
            ("[1]", "is '[1]'."), ("{'a': 1}", "expected a key in double quotes"),
            (#"{"a": {"b": 1e999}}"#, "cannot be read: 'a.b' is 1e999, beyond the range of a double"),
        ]
        for (text, message) in cases {
            let error = #expect(throws: CheckpointError.self) {
                var (checkpoint, folder) = try checkpoint()
                defer { _ = folder }
                try checkpoint.override(text)
            }
            #expect(error?.message.contains(message) == true, "\(error as Any)")
        }
    }
}
