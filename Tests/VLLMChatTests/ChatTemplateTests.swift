// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMChat
import VLLMJSON
import VLLMTypes

@Suite struct ChatTemplateTests {
    private static let loop = """
        {% for message in messages %}{% if message.content is string %}{{ message.content }}{% else %}\
        {% for part in message.content %}{% if part.type == 'text' %}[{{ part.text }}]{% endif %}{% endfor %}\
        {% endif %}{% endfor %}
        """

    private static func template(_ source: String, format: ContentFormat? = nil) throws -> ChatTemplate {
        try ChatTemplate(source, name: "test", specialTokens: ["bos_token": "<s>"], contentFormat: format)
    }

    private static func render(_ source: String, _ conversation: ChatConversation) throws -> String {
        try template(source).render(conversation)
    }

    @Test(arguments: [
        ("{{ messages[0].content }}", ContentFormat.string),
        ("{% for m in messages %}{{ m['content'] | trim }}{% endfor %}", .string),
        ("{% for m in messages %}{{ m.content + '!' }}{% endfor %}", .string),
        ("{{ messages | tojson }}", .string), ("{{ raise_exception('no') }}", .string), ("fixed", .string),
        (loop, .openai),
        ("{% for m in messages %}{% for p in m.content %}{{ p.text }}{% endfor %}{% endfor %}", .openai),
        ("{% for m in messages %}{{ m.content | map(attribute='text') | join }}{% endfor %}", .openai),
    ])
    func `what a template expects as content is found out`(source: String, format: ContentFormat) throws {
        #expect(try Self.template(source).contentFormat == format)
    }

    @Test func `parts are joined with line feeds for a template that expects a string`() throws {
        let content: JSONValue = [["type": "text", "text": "a"], "b", ["type": "input_text", "text": "c"]]
        let conversation = ChatConversation(messages: [["role": "user", "content": content]])
        #expect(try Self.render("{{ messages[0].content }}", conversation) == "a\nb\nc")
    }

    @Test func `a string becomes one part for a template that goes through parts`() throws {
        #expect(try Self.render(Self.loop, ChatConversation([.user("a")])) == "[a]")
    }

    @Test func `a format that is asked for is not found out`() throws {
        let template = try Self.template("{{ messages[0].content[0].text }}", format: .openai)
        #expect(try template.render(ChatConversation([.user("a")])) == "a")
    }

    @Test func `absent content is empty`() throws {
        let conversation = ChatConversation(messages: [
            ["role": "assistant"], ["role": "user", "content": nil],
        ])
        #expect(
            try Self.render("{% for m in messages %}<{{ m.content }}>{% endfor %}", conversation) == "<><>")
    }

    @Test func `special tokens, tools, documents and arguments are the template's variables`() throws {
        let source =
            "{{ bos_token }}{{ tools[0].name }}{{ documents[0] }}{{ add_generation_prompt }}{{ own }}"
        let conversation = ChatConversation(
            messages: [["role": "user", "content": "x"]], tools: [["name": "t"]], documents: ["d"],
            addGenerationPrompt: false, templateArguments: ["own": 5])
        #expect(try Self.render(source, conversation) == "<s>tdFalse5")
        let bare = ChatConversation([.user("x")])
        #expect(try Self.render("{{ tools }}{{ documents }}", bare) == "NoneNone")
    }

    @Test func `the arguments of tool calls become objects`() throws {
        func conversation(_ arguments: JSONValue) -> ChatConversation {
            let call: JSONValue = [
                "id": "1", "type": "function", "function": ["name": "f", "arguments": arguments],
            ]
            return ChatConversation(messages: [["role": "assistant", "content": nil, "tool_calls": [call]]])
        }
        let source = "{{ messages[0].tool_calls[0].function.arguments | tojson }}"
        #expect(try Self.render(source, conversation(#"{"b": 1, "a": [2]}"#)) == #"{"b": 1, "a": [2]}"#)
        #expect(try Self.render(source, conversation(["a": 1])) == #"{"a": 1}"#)
        #expect(try Self.render(source, conversation("")) == "{}")
        let error = #expect(throws: RequestError.self) { try Self.render(source, conversation("{")) }
        #expect(error?.parameter == "messages.0.tool_calls.0.function.arguments")
    }

    @Test func `tool calls that are none are left out`() throws {
        let conversation = ChatConversation(messages: [
            ["role": "assistant", "content": "x", "tool_calls": []]
        ])
        #expect(try Self.render("{{ messages[0].tool_calls is defined }}", conversation) == "False")
    }

    @Test func `a tool's answer keeps its call, a named speaker the name, and nothing else is kept`() throws {
        let message: JSONObject = [
            "role": "tool", "content": "4", "tool_call_id": "1", "name": "f", "refusal": nil, "other": 1,
        ]
        let source = "{{ messages[0] | tojson }}"
        let expected = #"{"role": "tool", "content": "4", "tool_call_id": "1", "name": "f"}"#
        #expect(try Self.render(source, ChatConversation(messages: [message])) == expected)
    }

    @Test func `reasoning has both of its names`() throws {
        let message: JSONObject = ["role": "assistant", "content": "x", "reasoning": "because"]
        let source = "{{ messages[0].reasoning }} {{ messages[0].reasoning_content }}"
        #expect(try Self.render(source, ChatConversation(messages: [message])) == "because because")
    }

    static let wrongMessages: [(message: JSONObject, place: String)] = [
        (["content": "x"], "messages.0.role"),
        (["role": "user", "content": 5], "messages.0.content"),
        (["role": "user", "content": [7]], "messages.0.content.0"),
        (["role": "user", "content": [["text": "x"]]], "messages.0.content.0.type"),
        (["role": "user", "content": [["type": "image_url"]]], "messages.0.content.0.type"),
        (["role": "user", "content": [["type": "text"]]], "messages.0.content.0.text"),
        (["role": "assistant", "tool_calls": 3], "messages.0.tool_calls"),
        (["role": "assistant", "tool_calls": [3]], "messages.0.tool_calls.0"),
    ]

    @Test(arguments: wrongMessages)
    func `a wrong message is refused by its place`(message: JSONObject, place: String) {
        let error = #expect(throws: RequestError.self) {
            try Self.render("{{ messages[0].content }}", ChatConversation(messages: [message]))
        }
        #expect(error?.parameter == place)
        #expect(error?.kind == .invalid)
    }

    @Test func `what a template raises is the error's message`() {
        let error = #expect(throws: RequestError.self) {
            try Self.render("{{ raise_exception('Roles must alternate') }}", ChatConversation([.user("x")]))
        }
        #expect(error == RequestError(nil, "Roles must alternate"))
    }

    @Test func `a template that is no Jinja is refused when it is read`() {
        #expect(throws: ChatTemplateError.self) { try Self.template("{% for x in %}") }
    }

    @Test func `a continued message ends the prompt, with its white space where the template keeps it`()
        throws
    {
        func cut(_ source: String, _ text: String) throws -> String {
            try Self.render(
                source,
                ChatConversation(
                    messages: [
                        ["role": "user", "content": "So?"], ["role": "assistant", "content": .string(text)],
                    ],
                    addGenerationPrompt: false, continueFinalMessage: true))
        }
        let keeps = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</>\n{% endfor %}"
        #expect(try cut(keeps, "So ") == "<user>So?</>\n<assistant>So ")
        let trims = "{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}</>\n{% endfor %}"
        #expect(try cut(trims, " So ") == "<user>So?</>\n<assistant>So")
        let error = #expect(throws: RequestError.self) { try cut("nothing of it", "Well") }
        #expect(error?.parameter == "continue_final_message")
    }
}
