// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMEngine
import VLLMExecution
import VLLMJSON
import VLLMServer
import VLLMTypes

/// Notes what it is asked for, and concerns no request.
private struct Unconcerned: LogitsProcessor {
    func process(_: inout MutableSpan<Float>, _: SamplingContext) {}
}

@Suite struct PlugInFieldsTests {
    init() {
        PlugIns.register(logitsProcessor: "test-checked") { call, _ in
            guard call.arguments["level"] == 3 || call.arguments.isEmpty else {
                throw RequestError("logits_processors", "level should be 3.")
            }
            return Unconcerned()
        }
    }

    @Test("plug-ins are named by texts, or by objects in vLLM's spelling")
    func accepted() async throws {
        let bodies: [JSONValue] = [
            ["prompt": "ab", "logits_processors": ["test-checked"]],
            ["prompt": "ab", "logits_processors": [["qualname": "test-checked", "kwargs": ["level": 3]]]],
            [
                "prompt": "ab",
                "logits_processors": [["qualname": "test-checked", "args": [], "kwargs": nil]],
            ],
            ["prompt": "ab", "logits_processors": [], "sampler": nil, "vllm_xargs": ["anything": [1, "a"]]],
        ]
        try await TestServer.run { server in
            for body in bodies {
                let answer = try await server.post("/v1/completions", body)
                #expect(answer.status == 200, "\(answer.text)")
            }
        }
    }

    @Test("what is no plug-in, or takes other arguments, is refused with the parameter")
    func refused() async throws {
        let bodies: [(JSONValue, String, String)] = [
            (["logits_processors": ["nobody"]], "logits_processors", "'nobody'"),
            (["logits_processors": [7]], "logits_processors", "qualname"),
            (
                ["logits_processors": [["qualname": "test-checked", "args": [1]]]], "logits_processors",
                "kwargs"
            ),
            (
                ["logits_processors": [["qualname": "test-checked", "kwargs": 3]]], "logits_processors",
                "object"
            ),
            (
                ["logits_processors": [["qualname": "test-checked", "kwargs": ["level": 4]]]],
                "logits_processors", "level should be 3."
            ),
            (
                ["logits_processors": .array(Array(repeating: "test-checked", count: 17))],
                "logits_processors", "16"
            ),
            (["sampler": "nobody"], "sampler", "'nobody'"),
        ]
        try await TestServer.run { server in
            for (fields, parameter, words) in bodies {
                var body = fields.objectValue ?? JSONObject()
                body["prompt"] = "ab"
                let answer = try await server.post("/v1/completions", .object(body))
                #expect(answer.status == 400)
                #expect(answer.json["error"]?["param"]?.stringValue == parameter, "\(answer.text)")
                #expect(
                    answer.json["error"]?["message"]?.stringValue?.contains(words) == true, "\(answer.text)")
            }
            let wrong = try await server.post("/v1/completions", ["prompt": "ab", "vllm_xargs": [1]])
            #expect(wrong.status == 400)
        }
    }
}
