// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand

@Suite("EventStreamParser")
struct EventStreamParserTests {
    @Test("events are found whatever the pieces", arguments: 1...40)
    func pieces(step: Int) {
        let bytes = Array(
            ": keep-alive\n\ndata: {\"é\":1}\n\nevent: x\r\ndata:a\r\ndata: b\r\n\r\ndata: [DONE]\n\n".utf8)
        var parser = EventStreamParser()
        var events: [String] = []
        for start in stride(from: 0, to: bytes.count, by: step) {
            events += parser.consume(bytes[start..<min(start + step, bytes.count)])
        }
        #expect(events == ["{\"é\":1}", "a\nb", "[DONE]"])
    }
}
