// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Testing
import VLLMJSON
import VLLMMockEngine
import VLLMServer
import VLLMTypes

@Suite struct CompletionsRouteTests {
    @Test func `a completion has vLLM's shape`() async throws {
        try await TestServer.run { server in
            let answer = try await server.post(
                "/v1/completions", ["model": "mock", "prompt": "ab", "max_tokens": 50])
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == "application/json")
            let body = answer.json
            #expect(body["id"]?.stringValue?.hasPrefix("cmpl-") == true)
            #expect(body["id"]?.stringValue?.utf8.count == 21)
            #expect(body["object"] == "text_completion")
            #expect(body["model"] == "mock")
            #expect(
                body["choices"]?[0] == [
                    "index": 0, "text": "Hello, world", "logprobs": nil, "finish_reason": "stop",
                    "stop_reason": nil,
                    "token_ids": nil, "prompt_logprobs": nil, "prompt_token_ids": nil,
                ])
            // Three prompt tokens: the one that begins a text, and two bytes; the end is a token too.
            #expect(
                body["usage"] == [
                    "prompt_tokens": 3, "total_tokens": 16, "completion_tokens": 13,
                    "prompt_tokens_details": nil,
                ])
            #expect(body["system_fingerprint"]?.stringValue?.hasSuffix("-mock") == true)
        }
    }

    @Test func `sixteen tokens are generated unless the request says otherwise`() async throws {
        try await TestServer.run(.endless) { server in
            let standard = try await server.post("/v1/completions", ["prompt": "ab"])
            #expect(standard.json["usage"]?["completion_tokens"] == 16)
            #expect(standard.json["choices"]?[0]?["finish_reason"] == "length")
            let all = try await server.post("/v1/completions", ["prompt": "ab", "max_tokens": nil])
            #expect(all.json["usage"]?["total_tokens"] == 1024)
        }
    }

    static let prompts: [JSONValue] = ["ab", ["ab", "cd"], [97, 98], [[97, 98], [99]], ["ab", [99]]]

    @Test(arguments: zip(prompts, [1, 2, 1, 2, 2]))
    func `a prompt is text, token ids, or a list of either`(prompt: JSONValue, count: Int) async throws {
        try await TestServer.run(.echo) { server in
            let answer = try await server.post("/v1/completions", ["prompt": prompt, "max_tokens": 8])
            #expect(answer.status == 200)
            #expect(answer.json["choices"]?.arrayValue?.count == count)
            #expect(answer.json["choices"]?[0]?["text"]?.stringValue?.hasSuffix("ab") == true)
        }
    }

    @Test func `n choices of every prompt are numbered through`() async throws {
        try await TestServer.run(.endless) { server in
            let body: JSONValue = ["prompt": ["x", "y"], "n": 2, "max_tokens": 3]
            let choices = try #require(
                try await server.post("/v1/completions", body).json["choices"]?.arrayValue)
            #expect(choices.map { $0["index"] } == [0, 1, 2, 3])
            #expect(choices.map { $0["text"] } == ["abc", "bcd", "abc", "bcd"])
        }
    }

    @Test func `an echo puts the prompt in front, of text and of token ids`() async throws {
        try await TestServer.run { server in
            let text = try await server.post(
                "/v1/completions", ["prompt": "ab", "echo": true, "max_tokens": 5])
            #expect(text.json["choices"]?[0]?["text"] == "abHello")
            let ids = try await server.post(
                "/v1/completions", ["prompt": [97, 98], "echo": true, "max_tokens": 5])
            #expect(ids.json["choices"]?[0]?["text"] == "abHello")
        }
    }

    @Test func `an echo without output tokens scores the prompt`() async throws {
        try await TestServer.run { server in
            let body: JSONValue = ["prompt": [97, 98, 99], "echo": true, "max_tokens": 0, "logprobs": 1]
            let answer = try await server.post("/v1/completions", body).json
            #expect(answer["choices"]?[0]?["text"] == "abc")
            #expect(answer["choices"]?[0]?["finish_reason"] == "length")
            #expect(answer["choices"]?[0]?["logprobs"]?["token_logprobs"] == [nil, -0.25, -0.25])
            #expect(answer["usage"]?["completion_tokens"] == 0)
        }
    }

    @Test func `log-probabilities have the shape of OpenAI's completions`() async throws {
        try await TestServer.run { server in
            let body: JSONValue = ["prompt": [97], "max_tokens": 2, "logprobs": 2, "echo": true]
            let logprobs = try await server.post("/v1/completions", body).json["choices"]?[0]?["logprobs"]
            #expect(logprobs?["tokens"] == ["a", "H", "e"])
            #expect(logprobs?["text_offset"] == [0, 1, 2])
            #expect(logprobs?["token_logprobs"] == [nil, -0.5, -0.5])
            #expect(logprobs?["top_logprobs"] == [nil, ["H": -0.5, "I": -2.0], ["e": -0.5, "f": -2.0]])
        }
    }

    @Test func `tokens are written as ids where that is asked for`() async throws {
        try await TestServer.run { server in
            let body: JSONValue = [
                "prompt": [97], "max_tokens": 1, "logprobs": 1, "return_tokens_as_token_ids": true,
                "return_token_ids": true,
            ]
            let choice = try await server.post("/v1/completions", body).json["choices"]?[0]
            #expect(choice?["logprobs"]?["tokens"] == ["token_id:72"])
            #expect(choice?["logprobs"]?["top_logprobs"] == [["token_id:72": -0.5]])
            #expect(choice?["token_ids"] == [72])
            #expect(choice?["prompt_token_ids"] == [97])
        }
    }

    @Test func `log-probabilities of the prompt are keyed by token id`() async throws {
        try await TestServer.run { server in
            let body: JSONValue = ["prompt": [97, 98], "max_tokens": 1, "prompt_logprobs": 1]
            let choice = try await server.post("/v1/completions", body).json["choices"]?[0]
            let expected: JSONValue = [nil, ["98": ["logprob": -0.25, "rank": 1, "decoded_token": "b"]]]
            #expect(choice?["prompt_logprobs"] == expected)
        }
    }

    @Test func `a stop string ends the text and is told`() async throws {
        try await TestServer.run { server in
            let one = try await server.post(
                "/v1/completions", ["prompt": "a", "stop": ", w", "max_tokens": 50])
            #expect(one.json["choices"]?[0]?["text"] == "Hello")
            #expect(one.json["choices"]?[0]?["stop_reason"] == ", w")
            let kept = try await server.post(
                "/v1/completions",
                ["prompt": "a", "stop": ["o", "zz"], "max_tokens": 50, "include_stop_str_in_output": true])
            #expect(kept.json["choices"]?[0]?["text"] == "Hello")
            let token = try await server.post(
                "/v1/completions", ["prompt": "a", "stop_token_ids": [108], "max_tokens": 50])
            #expect(token.json["choices"]?[0]?["stop_reason"] == 108)
        }
    }

    @Test func `a prompt is truncated at the side that is asked for`() async throws {
        try await TestServer.run(.echo) { server in
            let body: JSONValue = ["prompt": [97, 98, 99], "max_tokens": 8, "truncate_prompt_tokens": 2]
            let left = try await server.post("/v1/completions", body)
            #expect(left.json["choices"]?[0]?["text"] == "bc")
            var object = try #require(body.objectValue)
            object["truncation_side"] = "right"
            let right = try await server.post("/v1/completions", .object(object))
            #expect(right.json["choices"]?[0]?["text"] == "ab")
        }
    }

    @Test func `special tokens are added unless the request says otherwise`() async throws {
        try await TestServer.run { server in
            let with = try await server.post("/v1/completions", ["prompt": "ab", "max_tokens": 1])
            #expect(with.json["usage"]?["prompt_tokens"] == 3)
            let without = try await server.post(
                "/v1/completions", ["prompt": "ab", "max_tokens": 1, "add_special_tokens": false])
            #expect(without.json["usage"]?["prompt_tokens"] == 2)
        }
    }

    @Test func `cached tokens are told where the server is set up to`() async throws {
        try await TestServer.run(server: { $0.enablePromptTokensDetails = true }) { server in
            let prompt = JSONValue.array((0..<40).map { .integer($0) })
            _ = try await server.post("/v1/completions", ["prompt": prompt, "max_tokens": 1])
            let answer = try await server.post("/v1/completions", ["prompt": prompt, "max_tokens": 1])
            #expect(answer.json["usage"]?["prompt_tokens_details"] == ["cached_tokens": 32])
        }
    }

    @Test func `a stream gives the same as the whole`() async throws {
        try await TestServer.run { server in
            let body: JSONValue = ["prompt": "ab", "max_tokens": 50, "stream": true]
            let answer = try await server.post("/v1/completions", body)
            #expect(answer.headers[.contentType] == "text/event-stream; charset=utf-8")
            let events = try answer.events
            #expect(events.compactMap { $0["choices"]?[0]?["text"]?.stringValue }.joined() == "Hello, world")
            #expect(events.allSatisfy { $0["object"] == "text_completion" && $0["id"] == events[0]["id"] })
            #expect(events.last?["choices"]?[0]?["finish_reason"] == "stop")
            #expect(events.dropLast().allSatisfy { $0["choices"]?[0]?["finish_reason"] == .null })
            #expect(events.allSatisfy { $0["usage"] == nil })
            #expect(events.last?["system_fingerprint"] != nil)
        }
    }

    @Test func `a stream tells its usage at the end, or with every chunk`() async throws {
        try await TestServer.run { server in
            let options: JSONValue = ["include_usage": true]
            let end = try await server.post(
                "/v1/completions",
                ["prompt": "ab", "max_tokens": 3, "stream": true, "stream_options": options])
            let events = try end.events
            #expect(events.count == 4)
            #expect(events.last?["choices"] == [])
            #expect(events.last?["usage"] == ["prompt_tokens": 3, "total_tokens": 6, "completion_tokens": 3])
            let continuous: JSONValue = ["include_usage": true, "continuous_usage_stats": true]
            let all = try await server.post(
                "/v1/completions",
                ["prompt": "ab", "max_tokens": 3, "stream": true, "stream_options": continuous])
            #expect(try all.events.map { $0["usage"]?["completion_tokens"] } == [1, 2, 3, 3])
        }
    }

    @Test func `streams of several prompts and choices are told apart by index`() async throws {
        try await TestServer.run(.endless) { server in
            let body: JSONValue = [
                "prompt": [[97, 98], [99]], "n": 2, "max_tokens": 3, "stream": true, "echo": true,
                "logprobs": 0,
                "return_token_ids": true, "stream_options": ["include_usage": true],
            ]
            let events = try await server.post("/v1/completions", body).events
            var texts = ["", "", "", ""]
            var logprobs = [0, 0, 0, 0]
            for event in events.dropLast() {
                let choice = try #require(event["choices"]?[0])
                let index = try #require(choice["index"]?.intValue)
                texts[index] += choice["text"]?.stringValue ?? ""
                logprobs[index] += choice["logprobs"]?["tokens"]?.arrayValue?.count ?? 0
            }
            #expect(texts == ["ababc", "abbcd", "cabc", "cbcd"])
            #expect(logprobs == [5, 5, 4, 4])
            #expect(events.last?["usage"]?["completion_tokens"] == 12)
            #expect(events.last?["usage"]?["prompt_tokens"] == 3)
        }
    }

    @Test func `an id is the client's where it gives one`() async throws {
        try await TestServer.run(server: { $0.enableRequestIDHeaders = true }) { server in
            let body: JSONValue = ["prompt": "a", "max_tokens": 1]
            let named = try await server.post(
                "/v1/completions", body, headers: [.init("X-Request-Id")!: "mine"])
            #expect(named.json["id"] == "cmpl-mine")
            #expect(named.headers[.init("X-Request-Id")!] == "mine")
            let drawn = try await server.post("/v1/completions", body)
            #expect(drawn.headers[.init("X-Request-Id")!]?.utf8.count == 32)
        }
    }

    @Test func `a model without a tokenizer serves token ids`() async throws {
        try await TestServer.run(mock: { $0.hasTokenizer = false }) { server in
            let answer = try await server.post(
                "/v1/completions", ["prompt": [97], "max_tokens": 2, "return_token_ids": true])
            #expect(answer.json["choices"]?[0]?["token_ids"] == [72, 101])
            #expect(answer.json["choices"]?[0]?["text"] == "")
            let text = try await server.post("/v1/completions", ["prompt": "a"])
            #expect(text.status == 400)
        }
    }
}
