// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMChat
import VLLMJSON
import VLLMTypes

/// Reads what a chat template is given, from the request of a chat or of a tokenization.
struct ChatFields {
    /// The conversation.
    let conversation: ChatConversation
    /// A template of the request's own.
    let template: String?
    private let context: ServerContext

    init(_ fields: FieldReader, _ context: ServerContext) throws(APIError) {
        self.context = context
        let exclude = context.configuration.excludeToolsWhenToolChoiceNone
        let tools = try ToolFields(fields).tools
        conversation = ChatConversation(
            messages: try Self.messages(fields),
            tools: exclude && fields["tool_choice"]?.stringValue == "none" ? nil : tools,
            documents: try fields.array("documents"),
            addGenerationPrompt: try fields.bool("add_generation_prompt") ?? true,
            continueFinalMessage: try fields.bool("continue_final_message") ?? false,
            templateArguments: try Self.arguments(fields))
        template = try fields.string("chat_template")
        guard template == nil || context.configuration.trustRequestChatTemplate else {
            throw .badRequest(
                "Chat template is passed with request, but --trust-request-chat-template is not set. Refused request with untrusted chat template.",
                parameter: "chat_template")
        }
    }

    /// The text of the prompt.
    func render() throws(APIError) -> String {
        do {
            return try context.formatter.render(conversation, template: template)
        } catch {
            throw APIError(error)
        }
    }

    private static func messages(_ fields: FieldReader) throws(APIError) -> [JSONObject] {
        guard let elements = try fields.array("messages") else { throw fields.missing("messages") }
        guard !elements.isEmpty else {
            throw .badRequest("messages must hold at least one message.", parameter: "messages")
        }
        var messages: [JSONObject] = []
        for (index, element) in elements.enumerated() {
            let place: [ValidationError.Place] = [.key("messages"), .index(index)]
            guard let message = element.objectValue else {
                throw ValidationError(
                    type: "dict_type", place: place, message: "Input should be a valid dictionary",
                    input: element
                ).apiError
            }
            let reader = FieldReader(object: message, place: place)
            guard try reader.string("role") != nil else { throw reader.missing("role") }
            messages.append(message)
        }
        return messages
    }

    private static func arguments(_ fields: FieldReader) throws(APIError) -> JSONObject {
        var arguments = try fields.object("chat_template_kwargs") ?? [:]
        if let effort = try fields.string("reasoning_effort"), !arguments.contains("reasoning_effort") {
            arguments["reasoning_effort"] = .string(effort)
        }
        for name in ["chat_template", "tokenize"] where arguments.contains(name) {
            throw .badRequest(
                "chat_template_kwargs must not hold \(name).", parameter: "chat_template_kwargs")
        }
        return arguments
    }
}
