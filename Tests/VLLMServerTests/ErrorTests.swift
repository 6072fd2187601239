// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Testing
import VLLMEngine
import VLLMJSON
import VLLMMockEngine
import VLLMServer

@Suite struct ErrorTests {
    private static let completions = "/v1/completions"
    private static let chat = "/v1/chat/completions"

    /// A body that is wrong, and the parameter that the answer must name.
    struct Case: Sendable, CustomTestStringConvertible {
        var path: String
        var body: String
        var parameter: String?
        var text: String

        init(_ path: String, _ body: String, _ parameter: String?, _ text: String) {
            (self.path, self.body, self.parameter, self.text) = (path, body, parameter, text)
        }

        var testDescription: String { body }
    }

    static let cases: [Case] = [
        Case(
            completions, #"{"prompt":"a","temperature":-1}"#, "temperature",
            "temperature must be in [0, 2], got -1"),
        Case(completions, #"{"prompt":"a","temperature":NaN}"#, "temperature", "finite"),
        Case(completions, #"{"prompt":"a","temperature":1e999}"#, "temperature", "finite"),
        Case(completions, #"{"prompt":"a","length_penalty":1e999}"#, "length_penalty", "finite"),
        Case(
            completions, #"{"prompt":"a","vllm_xargs":{"a":[0,{"b":-1e999}]}}"#, "vllm_xargs",
            "vllm_xargs.a[1].b must be a finite number"),
        Case(
            completions, #"{"prompt":"a","logits_processors":[{"qualname":"x","kwargs":{"y":1e999}}]}"#,
            "logits_processors", "logits_processors.kwargs.y must be a finite number"),
        Case(
            chat,
            #"{"messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\": [1e999]}"}}]}]}"#,
            "messages.0.tool_calls.0.function.arguments",
            "The arguments of a tool call cannot be read: 'x[0]' is 1e999, beyond the range of a double"),
        Case(completions, #"{"prompt":"a","top_p":0}"#, "top_p", "top_p must be in (0, 1]"),
        Case(completions, #"{"prompt":"a","top_p":-Infinity}"#, "top_p", "finite"),
        Case(completions, #"{"prompt":"a","top_k":-2}"#, "top_k", "top_k"),
        Case(completions, #"{"prompt":"a","min_p":1.5}"#, "min_p", "min_p"),
        Case(completions, #"{"prompt":"a","presence_penalty":3}"#, "presence_penalty", "presence_penalty"),
        Case(
            completions, #"{"prompt":"a","repetition_penalty":0}"#, "repetition_penalty", "repetition_penalty"
        ),
        Case(completions, #"{"prompt":"a","n":0}"#, "n", "n must be"),
        Case(completions, #"{"prompt":"a","n":2,"temperature":0}"#, "n", "greedy"),
        Case(completions, #"{"prompt":"a","n":"x"}"#, "body.n", "valid integer"),
        Case(completions, #"{"prompt":"a","n":1.5}"#, "body.n", "fractional part"),
        Case(completions, #"{"prompt":"a","max_tokens":0}"#, "max_tokens", "at least 1"),
        Case(completions, #"{"prompt":"a","max_tokens":-5}"#, "max_tokens", "at least 1"),
        Case(
            completions, #"{"prompt":"a","max_tokens":99999}"#, "max_tokens",
            "cannot be greater than max_model_len=1024"),
        Case(completions, #"{"prompt":"a","max_tokens":1e300}"#, "body.max_tokens", "valid integer"),
        Case(completions, #"{"prompt":"a","min_tokens":9,"max_tokens":3}"#, "min_tokens", "max_tokens=3"),
        Case(completions, #"{"prompt":"a","seed":1e30}"#, "body.seed", "less_than_equal"),
        Case(completions, #"{"prompt":"a","stop":""}"#, "stop", "empty string"),
        Case(completions, #"{"prompt":"a","stop":[1]}"#, "body.stop.0", "valid string"),
        Case(completions, #"{"prompt":"a","stop_token_ids":[99999]}"#, "stop_token_ids", "out-of-vocab"),
        Case(completions, #"{"prompt":"a","logit_bias":{"4000000":1}}"#, "logit_bias", "260"),
        Case(completions, #"{"prompt":"a","logit_bias":{"x":1}}"#, "logit_bias", "x"),
        Case(completions, #"{"prompt":"a","logit_bias":{"1":"y"}}"#, "body.logit_bias.1", "valid number"),
        Case(completions, #"{"prompt":"a","allowed_token_ids":[]}"#, "allowed_token_ids", "empty"),
        Case(completions, #"{"prompt":"a","bad_words":[""]}"#, "bad_words", "empty"),
        Case(completions, #"{"prompt":"a","logprobs":99}"#, "logprobs", "greater than max allowed: 20"),
        Case(completions, #"{"prompt":"a","prompt_logprobs":-2}"#, "prompt_logprobs", "prompt_logprobs"),
        Case(
            completions, #"{"prompt":"a","prompt_logprobs":1,"stream":true}"#, "prompt_logprobs",
            "stream=True"),
        Case(completions, #"{"prompt":"a","stream_options":{}}"#, "stream_options", "stream=True"),
        Case(completions, #"{"prompt":"a","stream":"perhaps"}"#, "body.stream", "valid boolean"),
        Case(completions, #"{"prompt":"a","echo":[]}"#, "body.echo", "valid boolean"),
        Case(completions, #"{}"#, "prompt", "Either prompt or prompt_embeds must be provided and non-empty."),
        Case(
            completions, #"{"prompt":""}"#, "prompt",
            "Either prompt or prompt_embeds must be provided and non-empty."),
        Case(
            completions, #"{"prompt":[]}"#, "prompt",
            "Either prompt or prompt_embeds must be provided and non-empty."),
        Case(completions, #"{"prompt":[1,"a"]}"#, "body.prompt.1", "valid integer"),
        Case(completions, #"{"prompt":[{}]}"#, "body.prompt.0", "valid string"),
        Case(completions, #"{"prompt":[260]}"#, "prompt", "out of vocabulary"),
        Case(completions, #"{"prompt":[-1]}"#, "prompt", "out of vocabulary"),
        Case(completions, #"{"prompt":[99999999999]}"#, "prompt", "out of vocabulary"),
        Case(completions, #"{"prompt":"a","use_beam_search":true}"#, "use_beam_search", "Beam search"),
        Case(completions, #"{"prompt":"a","suffix":"b"}"#, "suffix", "suffix"),
        Case(completions, #"{"prompt":"a","prompt_embeds":"AAAA"}"#, "prompt_embeds", "embeddings"),
        Case(
            completions, #"{"prompt":"a","structured_outputs":{"json":{}}}"#, "structured_outputs",
            "not supported"),
        Case(
            completions, #"{"prompt":"a","response_format":{"type":"json_object"}}"#, "response_format",
            "text"),
        Case(completions, #"{"prompt":"a","cache_salt":"a/b"}"#, "cache_salt", "cache_salt"),
        Case(completions, #"{"prompt":"a","truncate_prompt_tokens":-3}"#, "truncate_prompt_tokens", "-3"),
        Case(completions, #"{"model":7,"prompt":"a"}"#, "body.model", "valid string"),
        Case(chat, #"{}"#, "body.messages", "Field required"),
        Case(chat, #"{"messages":[]}"#, "messages", "messages"),
        Case(chat, #"{"messages":"hi"}"#, "body.messages", "valid list"),
        Case(chat, #"{"messages":["hi"]}"#, "body.messages.0", "valid dictionary"),
        Case(chat, #"{"messages":[{"content":"a"}]}"#, "body.messages.0.role", "Field required"),
        Case(chat, #"{"messages":[{"role":"user","content":5}]}"#, "messages.0.content", "string or a list"),
        Case(
            chat, #"{"messages":[{"role":"user","content":"a"}],"top_logprobs":2}"#, "top_logprobs",
            "logprobs"),
        Case(
            chat, #"{"messages":[{"role":"user","content":"a"}],"logprobs":true,"top_logprobs":-2}"#,
            "top_logprobs", "-1"),
        Case(
            chat, #"{"messages":[{"role":"user","content":"a"}],"stop":["a","b","c","d","e"]}"#, "stop",
            "at most 4"),
        Case(chat, #"{"messages":[{"role":"user","content":"a"}],"tools":[]}"#, "tools", "empty"),
        Case(
            chat,
            #"{"messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f"}}]}"#,
            "tool_choice",
            #""auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set"#),
        Case(
            chat,
            #"{"messages":[{"role":"user","content":"a"}],"tool_choice":"required","tools":[{"function":{"name":"f"}}]}"#,
            "tool_choice", "structured outputs"),
        Case(
            chat,
            #"{"messages":[{"role":"user","content":"a"}],"tools":[{"type":"function"}],"tool_choice":"none"}"#,
            "body.tools.0.function", "Field required"),
        Case(
            chat, #"{"messages":[{"role":"user","content":"a"}],"continue_final_message":true}"#,
            "continue_final_message", "Cannot set both"),
        Case("/tokenize", #"{}"#, "body.prompt", "Field required"),
        Case("/detokenize", #"{"tokens":[5000]}"#, "tokens", "out of vocabulary"),
        Case("/detokenize", #"{"tokens":["a"]}"#, "body.tokens.0", "valid integer"),
    ]

    @Test(arguments: cases)
    func `a wrong parameter is refused by name in one sentence`(wrong: Case) async throws {
        try await TestServer.run { server in
            let answer = try await server.post(wrong.path, bytes: Array(wrong.body.utf8))
            #expect(answer.status == 400)
            let error = try #require(answer.json["error"])
            #expect(error.objectValue?.keys == ["message", "type", "param", "code"])
            #expect(error["code"] == 400)
            #expect(error["param"]?.stringValue == wrong.parameter)
            #expect(error["message"]?.stringValue?.contains(wrong.text) == true, "\(error)")
            #expect(server.engine.numUnfinished == 0)
        }
    }

    @Test func `the value is told with the parameter`() async throws {
        try await TestServer.run { server in
            let answer = try await server.post(Self.completions, ["prompt": "a", "temperature": 3])
            let expected: JSONValue = [
                "error": [
                    "message": "temperature must be in [0, 2], got 3.0. (parameter=temperature, value=3)",
                    "type": "BadRequestError", "param": "temperature", "code": 400,
                ]
            ]
            #expect(answer.json == expected)
        }
    }

    @Test func `a mistyped parameter is answered as pydantic would`() async throws {
        try await TestServer.run { server in
            let answer = try await server.post(Self.completions, ["prompt": "a", "n": "x"])
            let message =
                "1 validation error:\n  {'type': 'int_parsing', 'loc': ('body', 'n'), "
                + "'msg': 'Input should be a valid integer, unable to parse string as an integer', 'input': 'x'}"
            let expected: JSONValue = [
                "error": ["message": .string(message), "type": "Bad Request", "param": "body.n", "code": 400]
            ]
            #expect(answer.json == expected)
        }
    }

    @Test(arguments: ["", "{", "nonsense", "[1,2]", "\"text\"", "{\"prompt\": \"a\"", "\u{FEFF}[]"])
    func `a body that is no JSON object is a bad request`(body: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.post(Self.completions, bytes: Array(body.utf8))
            #expect(answer.status == 400)
            #expect(answer.json["error"]?["type"] == "Bad Request")
            #expect(
                answer.json["error"]?["message"]?.stringValue?.hasPrefix("1 validation error:\n  {") == true)
        }
    }

    @Test func `deep JSON, invalid UTF-8 and a lone surrogate do no harm`() async throws {
        try await TestServer.run { server in
            let deep = Array((#"{"prompt":"# + String(repeating: "[", count: 100_000)).utf8)
            let deepAnswer = try await server.post(Self.completions, bytes: deep)
            #expect(deepAnswer.status == 400)
            let invalid = Array(#"{"prompt":""#.utf8) + [0xFF, 0xFE] + Array("\"}".utf8)
            let invalidAnswer = try await server.post(Self.completions, bytes: invalid)
            #expect(invalidAnswer.status == 400)
            let surrogate = Array(#"{"prompt":"\ud800","max_tokens":1}"#.utf8)
            let surrogateAnswer = try await server.post(Self.completions, bytes: surrogate)
            #expect(surrogateAnswer.status == 200)
        }
    }

    @Test func `a body beyond the limit is 413`() async throws {
        try await TestServer.run(server: { $0.maxRequestBodySize = 1000 }) { server in
            let body = Array("{\"prompt\":\"\(String(repeating: "a", count: 2000))\"}".utf8)
            let answer = try await server.post(Self.completions, bytes: body)
            #expect(answer.status == 413)
            #expect(answer.json["error"]?["code"] == 413)
        }
    }

    @Test(arguments: ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
    func `another content type than JSON is refused`(type: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.post(
                Self.completions, bytes: Array("{}".utf8), headers: [.contentType: type])
            #expect(answer.status == 400)
            #expect(answer.json["error"]?["message"]?.stringValue?.contains("Unsupported Media Type") == true)
            let json = try await server.post(
                Self.completions, bytes: Array(#"{"prompt":"a"}"#.utf8),
                headers: [.contentType: "application/json; charset=utf-8"])
            #expect(json.status == 200)
        }
    }

    @Test func `a prompt longer than the model is refused at once with the reason`() async throws {
        try await TestServer.run { server in
            let prompt = JSONValue.array([JSONValue](repeating: 65, count: 2000))
            let answer = try await server.post(Self.completions, ["prompt": prompt])
            #expect(answer.status == 400)
            let message = answer.json["error"]?["message"]?.stringValue
            #expect(message?.contains("maximum context length is 1024 tokens") == true)
            #expect(message?.contains("2000 input tokens") == true)
        }
    }

    @Test func `an unknown model is not found`() async throws {
        try await TestServer.run(server: { $0.servedModelNames = ["a", "b"] }) { server in
            let answer = try await server.post(Self.completions, ["model": "c", "prompt": "x"])
            let expected: JSONValue = [
                "error": [
                    "message": "The model `c` does not exist. Valid aliases: a, b.", "type": "NotFoundError",
                    "param": "model", "code": 404,
                ]
            ]
            #expect(answer.status == 404)
            #expect(answer.json == expected)
            let alias = try await server.post(Self.completions, ["model": "b", "prompt": "x"])
            #expect(alias.status == 200)
            #expect(alias.json["model"] == "a")
            let none = try await server.post(Self.completions, ["prompt": "x"])
            #expect(none.json["model"] == "a")
        }
    }

    @Test func `unknown paths and methods are answered as FastAPI does`() async throws {
        try await TestServer.run { server in
            let path = try await server.get("/v1/embeddings")
            #expect(path.status == 404)
            #expect(path.text == #"{"detail":"Not Found"}"#)
            let method = try await server.get(Self.completions)
            #expect(method.status == 405)
            #expect(method.text == #"{"detail":"Method Not Allowed"}"#)
            #expect(method.headers[.allow] == "POST")
        }
    }

    @Test func `keys guard the API and nothing else`() async throws {
        try await TestServer.run(server: { $0.apiKeys = ["one", "two"] }) { server in
            for header in [
                nil, "Bearer", "Bearer ", "Bearer on", "Bearer onee", "Basic one", "one", "Bearer  one",
            ] {
                var headers = HTTPFields()
                headers[.authorization] = header
                let answer = try await server.get("/v1/models", headers: headers)
                #expect(answer.status == 401, "\(header ?? "none")")
                #expect(answer.text == #"{"error":"Unauthorized"}"#)
            }
            for key in ["one", "two"] {
                #expect(
                    try await server.get("/v1/models", headers: [.authorization: "Bearer \(key)"]).status
                        == 200)
            }
            #expect(try await server.get("/v1/nothing").status == 401)
            for path in ["/health", "/metrics", "/version"] {
                #expect(try await server.get(path).status == 200)
            }
            let tokenize = try await server.post("/tokenize", ["prompt": "a"])
            #expect(tokenize.status == 200)
        }
    }

    @Test func `an engine that fails is a 500, and the server says so from then on`() async throws {
        try await TestServer.run(mock: { $0.failingStep = 2 }) { server in
            let answer = try await server.post(Self.completions, ["prompt": "a", "max_tokens": 9])
            #expect(answer.status == 500)
            #expect(answer.json["error"]?["type"] == "InternalServerError")
            #expect(answer.json["error"]?["message"] == "the scripted step failed")
            #expect(try await server.get("/health").status == 503)
            #expect(try await server.post(Self.completions, ["prompt": "a"]).status == 500)
        }
    }

    @Test func `an engine that fails in a stream is the last event`() async throws {
        try await TestServer.run(mock: { $0.failingStep = 2 }) { server in
            let answer = try await server.post(
                Self.completions, ["prompt": "a", "max_tokens": 9, "stream": true])
            #expect(answer.status == 200)
            let events = try answer.events
            #expect(events.count == 3)
            #expect(events.last?["error"]?["code"] == 500)
        }
    }
}
