// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMJSON
import VLLMMockEngine
import VLLMServer
import VLLMTypes

@Suite struct ChatCompletionsRouteTests {
    private static let path = "/v1/chat/completions"
    private static let hi: JSONValue = [["role": "user", "content": "hi"]]

    @Test func `a chat has vLLM's shape`() async throws {
        try await TestServer.run { server in
            let body: JSONValue = ["model": "mock", "messages": Self.hi, "return_token_ids": true]
            let answer = try await server.post(Self.path, body).json
            #expect(answer["id"]?.stringValue?.hasPrefix("chatcmpl-") == true)
            #expect(answer["object"] == "chat.completion")
            let message: JSONValue = [
                "role": "assistant", "content": "Hello, world", "refusal": nil, "annotations": nil,
                "audio": nil,
                "function_call": nil, "reasoning": nil,
            ]
            #expect(answer["choices"]?[0]?["message"] == message)
            #expect(answer["choices"]?[0]?["finish_reason"] == "stop")
            #expect(answer["choices"]?[0]?["stop_reason"] == .null)
            #expect(answer["choices"]?[0]?["logprobs"] == .null)
            let prompt = answer["prompt_token_ids"]?.arrayValue?.compactMap(\.intValue) ?? []
            // The message's frame is special tokens; nothing is put in front of a conversation.
            #expect(prompt.first == 258)
            #expect(answer["usage"]?["prompt_tokens"]?.intValue == prompt.count)
        }
    }

    @Test func `the prompt is what the template makes of the messages`() async throws {
        try await TestServer.run { server in
            let body: JSONValue = ["messages": Self.hi, "return_prompt_text": true, "max_tokens": 1]
            let answer = try await server.post(Self.path, body).json
            #expect(answer["prompt_text"] == "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n")
        }
    }

    @Test func `content may be a list of text parts`() async throws {
        try await TestServer.run { server in
            let parts: JSONValue = [["type": "text", "text": "a"], ["type": "text", "text": "b"]]
            let body: JSONValue = [
                "messages": [["role": "user", "content": parts]], "return_prompt_text": true, "max_tokens": 1,
            ]
            let answer = try await server.post(Self.path, body).json
            #expect(answer["prompt_text"]?.stringValue?.contains("a\nb<|im_end|>") == true)
            let image: JSONValue = [["type": "image_url", "image_url": ["url": "http://x"]]]
            let refused = try await server.post(
                Self.path, ["messages": [["role": "user", "content": image]]])
            #expect(refused.status == 400)
            #expect(refused.json["error"]?["param"] == "messages.0.content.0.type")
        }
    }

    @Test func `a final message is continued, and echoed where that is asked for`() async throws {
        try await TestServer.run { server in
            let messages: JSONValue = [
                ["role": "user", "content": "q"], ["role": "assistant", "content": "Well,"],
            ]
            let body: JSONValue = [
                "messages": messages, "continue_final_message": true, "add_generation_prompt": false,
                "echo": true,
                "return_prompt_text": true, "max_tokens": 5,
            ]
            let answer = try await server.post(Self.path, body).json
            #expect(answer["prompt_text"]?.stringValue?.hasSuffix("assistant\nWell,") == true)
            #expect(answer["choices"]?[0]?["message"]?["content"] == "Well,Hello")
        }
    }

    @Test func `log-probabilities have the shape of OpenAI's chat`() async throws {
        try await TestServer.run { server in
            let body: JSONValue = [
                "messages": Self.hi, "max_tokens": 1, "logprobs": true, "top_logprobs": 2,
            ]
            let logprobs = try await server.post(Self.path, body).json["choices"]?[0]?["logprobs"]
            let expected: JSONValue = [
                "content": [
                    [
                        "token": "H", "logprob": -0.5, "bytes": [72],
                        "top_logprobs": [
                            ["token": "H", "logprob": -0.5, "bytes": [72]],
                            ["token": "I", "logprob": -2.0, "bytes": [73]],
                        ],
                    ]
                ]
            ]
            #expect(logprobs == expected)
        }
    }

    @Test func `a token that is part of a character keeps its bytes`() async throws {
        try await TestServer.run(.text("é")) { server in
            let body: JSONValue = ["messages": Self.hi, "logprobs": true]
            let answer = try await server.post(Self.path, body).json
            #expect(answer["choices"]?[0]?["message"]?["content"] == "é")
            let content = answer["choices"]?[0]?["logprobs"]?["content"]?.arrayValue ?? []
            #expect(content.prefix(2).map { $0["bytes"] } == [[0xC3], [0xA9]])
        }
    }

    @Test func `a stream gives roles, then text, then the reason of the end`() async throws {
        try await TestServer.run { server in
            let body: JSONValue = [
                "messages": Self.hi, "stream": true, "stream_options": ["include_usage": true],
            ]
            let events = try await server.post(Self.path, body).events
            #expect(events.allSatisfy { $0["object"] == "chat.completion.chunk" })
            #expect(events[0]["choices"]?[0]?["delta"] == ["role": "assistant", "content": ""])
            let text = events.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.stringValue }.joined()
            #expect(text == "Hello, world")
            let last = events[events.count - 2]["choices"]?[0]
            #expect(last?["finish_reason"] == "stop")
            #expect(last?["stop_reason"] == .null)
            #expect(events.last?["choices"] == [])
            #expect(events.last?["usage"]?["completion_tokens"] == 13)
        }
    }

    @Test func `a stream of two choices begins both`() async throws {
        try await TestServer.run(.endless) { server in
            let body: JSONValue = ["messages": Self.hi, "stream": true, "n": 2, "max_tokens": 3]
            let events = try await server.post(Self.path, body).events
            let roles = events.filter { $0["choices"]?[0]?["delta"]?["role"] != nil }
            #expect(roles.map { $0["choices"]?[0]?["index"] } == [0, 1])
            var texts = ["", ""]
            for event in events {
                let choice = event["choices"]?[0]
                texts[choice?["index"]?.intValue ?? 0] += choice?["delta"]?["content"]?.stringValue ?? ""
            }
            #expect(texts == ["abc", "bcd"])
        }
    }

    @Test func `max_completion_tokens comes before max_tokens`() async throws {
        try await TestServer.run(.endless) { server in
            let body: JSONValue = ["messages": Self.hi, "max_completion_tokens": 2, "max_tokens": 5]
            let new = try await server.post(Self.path, body)
            #expect(new.json["usage"]?["completion_tokens"] == 2)
            let old = try await server.post(Self.path, ["messages": Self.hi, "max_tokens": 5])
            #expect(old.json["usage"]?["completion_tokens"] == 5)
        }
    }

    @Test func `generation_config's length counts where the request says nothing`() async throws {
        try await TestServer.run(.endless, mock: { $0.defaultMaxTokens = 7 }) { server in
            let answer = try await server.post(Self.path, ["messages": Self.hi])
            #expect(answer.json["usage"]?["completion_tokens"] == 7)
        }
    }

    @Test func `tools reach the prompt where no call is asked for`() async throws {
        try await TestServer.run { server in
            let tools: JSONValue = [["type": "function", "function": ["parameters": [:], "name": "f"]]]
            let body: JSONValue = [
                "messages": Self.hi, "tools": tools, "tool_choice": "none", "return_prompt_text": true,
            ]
            let answer = try await server.post(Self.path, body).json
            let written =
                #"[{"type": "function", "function": {"name": "f", "description": null, "parameters": {}}}]"#
            #expect(answer["prompt_text"]?.stringValue?.contains(written) == true)
        }
        try await TestServer.run(server: { $0.excludeToolsWhenToolChoiceNone = true }) { server in
            let tools: JSONValue = [["type": "function", "function": ["name": "f"]]]
            let body: JSONValue = [
                "messages": Self.hi, "tools": tools, "tool_choice": "none", "return_prompt_text": true,
            ]
            let answer = try await server.post(Self.path, body).json
            #expect(answer["prompt_text"]?.stringValue?.contains("tools") == false)
        }
    }

    @Test func `fields without effect are accepted`() async throws {
        try await TestServer.run { server in
            let body: JSONValue = [
                "messages": Self.hi, "user": "me", "metadata": ["a": "b"], "store": false,
                "service_tier": "auto",
                "parallel_tool_calls": true, "response_format": ["type": "text"], "reasoning_effort": "low",
                "use_beam_search": false, "guided_json": nil, "no_such_field": 1, "modalities": ["text"],
            ]
            let answer = try await server.post(Self.path, body)
            #expect(answer.status == 200)
        }
    }

    @Test func `a template of the request's own needs the operator's trust`() async throws {
        let body: JSONValue = [
            "messages": Self.hi, "chat_template": "own {{ messages[0].content }}", "return_prompt_text": true,
        ]
        try await TestServer.run { server in
            let answer = try await server.post(Self.path, body)
            #expect(answer.status == 400)
            #expect(answer.json["error"]?["param"] == "chat_template")
        }
        try await TestServer.run(server: { $0.trustRequestChatTemplate = true }) { server in
            let answer = try await server.post(Self.path, body)
            #expect(answer.json["prompt_text"] == "own hi")
        }
    }

    @Test(arguments: [
        "{{ raise_exception('no such role') }}",
        "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}",
        "{{ messages.nothing.more }}",
    ])
    func `what a template raises or fails with is the request's error`(template: String) async throws {
        try await TestServer.run(mock: { $0.chatTemplates = ["default": template] }) { server in
            let answer = try await server.post(Self.path, ["messages": Self.hi])
            #expect(answer.status == 400)
            #expect(answer.json["error"]?["type"] == "BadRequestError")
            #expect(try await server.get("/health").status == 200)
        }
    }

    @Test func `a model without a template answers in the plain one`() async throws {
        let script = MockScript.text("Fine.\nUser: and you?")
        try await TestServer.run(script, mock: { $0.chatTemplates = [:] }) { server in
            let answer = try await server.post(Self.path, ["messages": Self.hi, "return_prompt_text": true])
                .json
            #expect(answer["prompt_text"] == "User: hi\nAssistant:")
            #expect(answer["choices"]?[0]?["message"]?["content"] == "Fine.")
        }
    }
}
