// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMJSON

/// All that a chat template is given besides the model's own special tokens.
public struct ChatConversation: Sendable, Hashable {
    /// The messages in OpenAI's wire form; their content is a string or a list of typed parts.
    public var messages: [JSONObject]
    /// The tools the model may call, in OpenAI's wire form; nil where there are none.
    public var tools: [JSONValue]?
    /// Documents for templates that retrieve from them.
    public var documents: [JSONValue]?
    /// Ends the prompt with the beginning of the model's answer.
    public var addGenerationPrompt: Bool
    /// Leaves the last message open, so that the model continues it.
    public var continueFinalMessage: Bool
    /// More variables of the template.
    public var templateArguments: JSONObject

    /// Creates a conversation.
    public init(
        messages: [JSONObject], tools: [JSONValue]? = nil, documents: [JSONValue]? = nil,
        addGenerationPrompt: Bool = true, continueFinalMessage: Bool = false,
        templateArguments: JSONObject = [:]
    ) {
        self.messages = messages
        self.tools = tools
        self.documents = documents
        self.addGenerationPrompt = addGenerationPrompt
        self.continueFinalMessage = continueFinalMessage
        self.templateArguments = templateArguments
    }

    /// Creates a conversation of plain messages.
    public init(_ messages: [ChatMessage]) {
        self.init(messages: messages.map(\.wireForm))
    }
}
