// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMChat
import VLLMEngine
import VLLMJSON
import VLLMMockEngine
import VLLMTypes

@Suite struct ChatFormatterTests {
    private static let conversation = ChatConversation([
        .system("S"), .user("one"), .assistant("two"), .user("three"),
    ])

    /// What is known of a scripted model with these templates.
    private static func info(_ templates: [String: String]) -> ModelInfo {
        var info = ModelInfo(
            name: "m", architecture: "a", maxModelLen: 10, vocabularySize: 10, numericsID: "n", numBlocks: 1,
            blockSize: 16, eosTokenIDs: [])
        info.chatTemplates = templates
        info.specialTokens = ["eos_token": "</s>"]
        return info
    }

    @Test func `the model's own template comes first, and its tool template where there are tools`() throws {
        let formatter = try ChatFormatter(info: Self.info(["default": "plain", "tool_use": "tools"]))
        var conversation = Self.conversation
        #expect(try formatter.render(conversation) == "plain")
        conversation.tools = [["name": "f"]]
        #expect(try formatter.render(conversation) == "tools")
        #expect(formatter.warning == nil)
        #expect(formatter.stopStrings == [])
        let only = try ChatFormatter(info: Self.info(["tool_use": "tools"]))
        #expect(try only.render(Self.conversation) == "tools")
    }

    @Test func `a chosen template replaces all of the model's`() throws {
        let info = Self.info(["default": "plain", "tool_use": "tools"])
        var conversation = Self.conversation
        conversation.tools = [["name": "f"]]
        let formatter = try ChatFormatter(info: info, choice: .source("own {{ messages | length }}"))
        #expect(try formatter.render(conversation) == "own 4")
    }

    @Test func `a model without a template gets the plain one, with a warning`() throws {
        let formatter = try ChatFormatter(info: Self.info([:]))
        #expect(
            try formatter.render(Self.conversation) == "S\nUser: one\nAssistant: two\nUser: three\nAssistant:"
        )
        #expect(formatter.warning?.contains("m has no chat template") == true)
        #expect(formatter.stopStrings == ["\nUser:"])
    }

    @Test(arguments: [
        (
            BuiltInChatTemplate.chatml,
            "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\none<|im_end|>\n<|im_start|>assistant\ntwo<|im_end|>\n"
                + "<|im_start|>user\nthree<|im_end|>\n<|im_start|>assistant\n"
        ),
        (.vicuna, "S USER: one ASSISTANT: two</s>\nUSER: three ASSISTANT:"),
        (
            .alpaca,
            "S\n\n### Instruction:\none\n\n### Response:\ntwo\n\n### Instruction:\nthree\n\n### Response:\n"
        ),
        (.plain, "S\nUser: one\nAssistant: two\nUser: three\nAssistant:"),
    ])
    func `built-in templates write their format`(template: BuiltInChatTemplate, text: String) throws {
        let formatter = try ChatFormatter(info: Self.info(["default": "x"]), choice: .builtIn(template))
        #expect(try formatter.render(Self.conversation) == text)
        #expect(formatter.warning == nil)
    }

    @Test func `the value of --chat-template is a name, a template or a file`() {
        #expect(ChatFormatter.Choice(inline: "vicuna") == .builtIn(.vicuna))
        #expect(ChatFormatter.Choice(inline: "{{ messages }}") == .source("{{ messages }}"))
        #expect(ChatFormatter.Choice(inline: "templates/x.jinja") == nil)
    }

    @Test func `a template that is no Jinja is refused when the formatter is made`() {
        #expect(throws: ChatTemplateError.self) {
            _ = try ChatFormatter(info: Self.info([:]), choice: .source("{% if %}"))
        }
        #expect(throws: ChatTemplateError.self) { _ = try ChatFormatter(info: Self.info(["default": "{{"])) }
    }

    @Test func `a conversation without messages, or with two ends, is refused`() throws {
        let formatter = try ChatFormatter(info: Self.info([:]))
        #expect(throws: RequestError.self) { _ = try formatter.render(ChatConversation([])) }
        var both = Self.conversation
        both.continueFinalMessage = true
        let error = #expect(throws: RequestError.self) { _ = try formatter.render(both) }
        #expect(
            error?.message == "Cannot set both `continue_final_message` and `add_generation_prompt` to True.")
    }
}
