// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand

@Suite("ServeAnswer")
struct ServeAnswerTests {
    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

    /// The record of an answer whose parts come a second apart, from second 11 on, to a request of second 10.
    private func record(_ parts: [String], closes: Bool = true) -> RequestRecord {
        var answer = ServeAnswer(promptTokens: 4, start: 10, keepsText: true)
        for (index, part) in parts.enumerated() {
            answer.consume(Array(part.utf8), at: Double(11 + index))
        }
        if closes { answer.close() }
        return answer.finished()
    }

    private func event(_ json: String) -> String { "data: \(json)\n\n" }

    @Test("times are kept from chunk to chunk, and the usage says how many tokens there are")
    func completion() {
        let record = record([
            Self.head, event(#"{"choices":[{"text":"a"}]}"#), event(#"{"choices":[{"text":""}]}"#),
            event(#"{"choices":[{"text":"b","finish_reason":"length"}]}"#),
            event(#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":5}}"#) + event("[DONE]"),
        ])
        #expect(record.error == nil && record.text == "ab")
        #expect(record.startTime == 10 && record.timeToFirstToken == 2)
        #expect(record.interTokenLatencies == [1, 1] && record.latency == 4)
        #expect(record.promptTokens == 9 && record.outputTokens == 5)
        #expect(record.timePerOutputToken == 0.5)
    }

    @Test("a chat's first chunk with nothing but a role is no token, and chunks count without a usage")
    func chat() {
        let record = record([
            Self.head + event(#"{"choices":[{"delta":{"role":"assistant","content":""}}]}"#),
            event(#"{"choices":[{"delta":{"content":"x"}}]}"#),
            event(#"{"choices":[{"delta":{"reasoning_content":"y"}}]}"#), event("[DONE]"),
        ])
        #expect(record.error == nil && record.timeToFirstToken == 2)
        #expect(record.promptTokens == 4 && record.outputTokens == 2)
    }

    @Test("pieces of any size give the same text", arguments: 1...40)
    func pieces(step: Int) {
        let bytes = Array((Self.head + event(#"{"choices":[{"text":"é"}]}"#) + event("[DONE]")).utf8)
        var answer = ServeAnswer(promptTokens: 1, start: 0, keepsText: true)
        for start in stride(from: 0, to: bytes.count, by: step) {
            answer.consume(bytes[start..<min(start + step, bytes.count)], at: 1)
        }
        answer.close()
        #expect(answer.finished().text == "é" && answer.finished().isSuccessful)
    }

    @Test(
        "every way to fail has its reason",
        arguments: [
            (
                ["HTTP/1.1 503 No\r\nContent-Length: 28\r\n\r\n{\"error\":{\"message\":\"full\"}}"],
                "HTTP 503: full"
            ),
            (["HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"], "HTTP 404: no reason was given"),
            ([head, "data: {\"choices\":[{\"text\":\"a\"}]}\n\n"], "the stream ended without [DONE]"),
            ([head, "data: [DONE]\n\n"], "the stream held no token"),
            ([head, "data: {\"error\":{\"message\":\"gone\"}}\n\n"], "error in the stream: gone"),
            ([head, "data: {nonsense\n\n"], "an event is not JSON"),
            ([], "the server closed the connection in the middle of its answer."),
            (["what?\r\n"], "the server's answer is not HTTP."),
        ])
    func failures(parts: [String], reason: String) {
        #expect(record(parts).error == reason)
    }

    @Test("counts that no prompt has do not overflow")
    func counts() {
        let record = record([
            Self.head, event(#"{"choices":[{"text":"a"}],"usage":{"prompt_tokens":9223372036854775807}}"#),
            event(#"{"choices":[],"usage":{"completion_tokens":-3}}"#) + event("[DONE]"),
        ])
        #expect(record.isSuccessful && record.outputTokens == 0 && record.promptTokens == 1 << 40)
    }
}
