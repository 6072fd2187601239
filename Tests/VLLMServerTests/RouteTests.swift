// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Testing
import VLLMJSON
import VLLMMockEngine
import VLLMServer

@Suite struct RouteTests {
    @Test func `models are listed with every name they are served under`() async throws {
        try await TestServer.run(server: { $0.servedModelNames = ["a", "b"] }) { server in
            let body = try await server.get("/v1/models").json
            #expect(body["object"] == "list")
            #expect(body["data"]?.arrayValue?.map { $0["id"] } == ["a", "b"])
            #expect(body["data"]?[0]?["max_model_len"] == 1024)
            #expect(body["data"]?[0]?["root"] == "mock")
            #expect(body["data"]?[0]?["object"] == "model")
            #expect(body["data"]?[0]?["permission"]?[0]?["object"] == "model_permission")
        }
    }

    @Test func `tokenize counts the tokens of a text and of a conversation`() async throws {
        try await TestServer.run { server in
            let text = try await server.post("/tokenize", ["prompt": "hé", "return_token_strs": true]).json
            let expected: JSONValue = [
                "count": 4, "max_model_len": 1024, "tokens": [256, 104, 0xC3, 0xA9],
                "token_strs": ["<|begin|>", "h", "Ã", "©"],
            ]
            #expect(text == expected)
            let chat = try await server.post("/tokenize", ["messages": [["role": "user", "content": "x"]]])
                .json
            #expect(chat["tokens"]?[0] == 258)
            #expect(chat["token_strs"] == .null)
        }
    }

    @Test func `detokenize undoes tokenize`() async throws {
        try await TestServer.run { server in
            let answer = try await server.post("/detokenize", ["tokens": [256, 104, 0xC3, 0xA9]])
            #expect(answer.json == ["prompt": "<|begin|>hé"])
        }
    }

    @Test func `health, ping, version and load answer`() async throws {
        try await TestServer.run(server: { $0.version = "1.2.3" }) { server in
            for path in ["/health", "/ping"] {
                let answer = try await server.get(path)
                #expect(answer.status == 200)
                #expect(answer.text.isEmpty)
            }
            #expect(try await server.send("/ping", .post, [:], nil).status == 200)
            #expect(try await server.get("/version").text == #"{"version":"1.2.3"}"#)
            #expect(try await server.get("/load").text == #"{"server_load":0}"#)
        }
    }

    @Test func `a path's query is no part of it`() async throws {
        try await TestServer.run { server in
            let answer = try await server.get("/health?verbose=1")
            #expect(answer.status == 200)
        }
    }

    @Test func `metrics have vLLM's names, types and labels`() async throws {
        try await TestServer.run { server in
            _ = try await server.post("/v1/completions", ["prompt": "ab", "max_tokens": 50])
            _ = try await server.get("/no-such-path")
            let answer = try await server.get("/metrics")
            #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            let lines = answer.text.components(separatedBy: "\n")
            let labels = #"{engine="0",model_name="mock"}"#
            for line in [
                "# TYPE vllm:num_requests_running gauge", "# TYPE vllm:generation_tokens_total counter",
                "# TYPE vllm:time_to_first_token_seconds histogram", "vllm:num_requests_running\(labels) 0.0",
                "vllm:num_requests_waiting\(labels) 0.0", "vllm:prompt_tokens_total\(labels) 3.0",
                "vllm:generation_tokens_total\(labels) 13.0", "vllm:num_preemptions_total\(labels) 0.0",
                "vllm:kv_cache_usage_perc\(labels) 0.0",
                "vllm:e2e_request_latency_seconds_count\(labels) 1.0",
                #"vllm:request_success_total{engine="0",finished_reason="stop",model_name="mock"} 1.0"#,
                #"vllm:request_success_total{engine="0",finished_reason="abort",model_name="mock"} 0.0"#,
                #"vllm:request_params_n_bucket{engine="0",le="1.0",model_name="mock"} 1.0"#,
                #"vllm:request_prompt_tokens_bucket{engine="0",le="5.0",model_name="mock"} 1.0"#,
                #"vllm:request_prompt_tokens_bucket{engine="0",le="+Inf",model_name="mock"} 1.0"#,
                #"http_requests_total{handler="/v1/completions",method="POST",status="2xx"} 1.0"#,
                #"http_requests_total{handler="none",method="GET",status="4xx"} 1.0"#,
            ] {
                #expect(lines.contains(line), "\(line)")
            }
            #expect(answer.text.contains(#"kv_cache_size_tokens="8192""#))
        }
    }

    @Test func `every line of the metrics is a comment or a sample, each name introduced once`() async throws
    {
        try await TestServer.run { server in
            _ = try await server.post("/v1/completions", ["prompt": "ab"])
            let lines = try await server.get("/metrics").text.components(separatedBy: "\n").dropLast()
            let types = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
            #expect(Set(types).count == types.count)
            for line in lines where !line.hasPrefix("#") {
                let value = try #require(line.split(separator: " ").last)
                #expect(Double(value) != nil, "\(line)")
            }
        }
    }

    @Test func `the table of routes names every path once`() {
        let paths = APIServer.routes.map(\.path)
        #expect(Set(paths).count == paths.count)
        #expect(paths.contains("/v1/chat/completions"))
    }
}
