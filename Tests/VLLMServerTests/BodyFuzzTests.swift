// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMEngine
import VLLMJSON

/// Damaged bodies of requests: each gets an answer or an error in the API's shape, and no error is the server's.
@Suite struct BodyFuzzTests {
    private static let bodies: [(path: String, body: String)] = [
        (
            "/v1/completions",
            #"{"prompt":["a",[1,2,3]],"max_tokens":3,"n":2,"temperature":0.5,"stop":["x"],"logprobs":2,"seed":7,"logit_bias":{"5":-1.5},"stop_token_ids":[9],"bad_words":["z"],"min_tokens":1,"echo":true}"#
        ),
        (
            "/v1/chat/completions",
            #"{"messages":[{"role":"system","content":"be"},{"role":"user","content":[{"type":"text","text":"hi"}]}],"max_tokens":3,"tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"stream":false,"top_logprobs":1,"logprobs":true,"presence_penalty":0.5,"chat_template_kwargs":{"a":1}}"#
        ),
        ("/tokenize", #"{"prompt":"hello","add_special_tokens":true,"return_token_strs":true}"#),
        ("/detokenize", #"{"tokens":[1,2,3,4]}"#),
    ]

    @Test func everyBodyIsAnswered() async throws {
        try await TestServer.run { server in
            var random = Damage(seed: 11)
            var numAccepted = 0
            for index in 0..<3000 {
                let (path, body) = Self.bodies[index % Self.bodies.count]
                let damaged = random.damage(Array(body.utf8))
                let answer = try await server.post(path, bytes: damaged)
                if answer.status == 200 { numAccepted += 1 }
                let text = String(decoding: damaged, as: UTF8.self)
                #expect(
                    answer.status == 200 || (400..<500).contains(answer.status), "\(answer.status) \(text)")
                if answer.status != 200 {
                    #expect(answer.json["error"]?["message"]?.stringValue?.isEmpty == false, "\(text)")
                }
            }
            #expect(numAccepted > 100)
            #expect(server.engine.numUnfinished == 0)
        }
    }
}

/// Draws damaged copies of a text, the same ones from the same seed.
private struct Damage {
    private static let pieces = [
        "-1", "1e999", "NaN", "null", "[]", "{}", "\"", "\u{0}", "9223372036854775808", "true",
    ]
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func below(_ count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % max(count, 1)
    }

    mutating func damage(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0...below(3) {
            let place = below(bytes.count)
            switch below(4) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(contentsOf: Self.pieces[below(Self.pieces.count)].utf8, at: place)
            case 2: bytes[place] = UInt8(below(128))
            default:
                let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
                guard let start = bytes[place...].firstIndex(where: digits.contains) else { continue }
                bytes.replaceSubrange(start...start, with: Self.pieces[below(Self.pieces.count)].utf8)
            }
        }
        return bytes
    }
}
