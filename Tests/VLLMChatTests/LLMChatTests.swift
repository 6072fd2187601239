// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMChat
import VLLMEngine
import VLLMMockEngine
import VLLMTypes

@Suite struct LLMChatTests {
    @Test func `a chat answers a conversation`() async throws {
        var mock = MockEngine.Configuration()
        mock.script = .text("Forty-two.")
        let llm = LLM(engine: try await MockEngine.start(mock))
        let output = try await llm.chat([.user("What is 6 times 7?")])
        #expect(output.outputs[0].text == "Forty-two.")
        #expect(output.outputs[0].finishReason == .stop)
        // The template's first token is its own; nothing is put in front.
        #expect(output.promptTokenIDs.first == MockTokenizer.messageStart)
        await llm.shutdown()
    }

    @Test func `conversations are answered in their order`() async throws {
        var mock = MockEngine.Configuration()
        mock.script = .echo
        mock.chatTemplates = ["default": "{{ messages[0].content }}"]
        let llm = LLM(engine: try await MockEngine.start(mock))
        let outputs = try await llm.chat([[.user("one")], [.user("two")]])
        #expect(outputs.map { $0.outputs[0].text } == ["one", "two"])
        await llm.shutdown()
    }

    @Test func `a built-in template's stop strings end the answer`() async throws {
        var mock = MockEngine.Configuration()
        mock.script = .text(" Fine.\nUser: and")
        mock.chatTemplates = [:]
        let llm = LLM(engine: try await MockEngine.start(mock))
        #expect(try await llm.chat([.user("How?")]).outputs[0].text == " Fine.")
        await llm.shutdown()
    }

    @Test func `a streamed chat gives the text in pieces`() async throws {
        var mock = MockEngine.Configuration()
        mock.script = .text("abc")
        let llm = LLM(engine: try await MockEngine.start(mock))
        let formatter = try ChatFormatter(info: llm.info)
        var params = llm.info.defaultChatParams
        params.outputKind = .delta
        var pieces: [String] = []
        for try await output in try llm.streamChat(
            ChatConversation([.user("x")]), params, formatter: formatter)
        {
            pieces += output.outputs.map(\.text)
        }
        #expect(pieces.joined() == "abc")
        #expect(pieces.count > 1)
        await llm.shutdown()
    }
}
