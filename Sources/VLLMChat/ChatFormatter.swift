// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON
public import VLLMEngine
public import VLLMTypes

/// Turns conversations into prompts with a model's own template, or with one that replaces it.
public struct ChatFormatter: Sendable {
    /// Which template a model's conversations go through.
    public enum Choice: Sendable, Hashable {
        /// The model's own; the plain one where it has none.
        case model
        /// One of those that are there without a file.
        case builtIn(BuiltInChatTemplate)
        /// Jinja.
        case source(String)
    }

    /// Something the operator should know about the choice, in one sentence; nil where all is well.
    public let warning: String?
    /// Text that ends an answer besides the model's own tokens: built-in templates have no token for it.
    public let stopStrings: [String]
    private let standard: ChatTemplate
    private let toolUse: ChatTemplate?
    private let specialTokens: [String: String]

    /// Prepares a model's templates.
    ///
    /// - Parameter contentFormat: nil finds out what the template expects.
    public init(
        info: ModelInfo, choice: Choice = .model, contentFormat: ContentFormat? = nil
    ) throws(ChatTemplateError) {
        let tokens = info.specialTokens
        specialTokens = tokens
        func parse(_ source: String, _ name: String) throws(ChatTemplateError) -> ChatTemplate {
            try ChatTemplate(source, name: name, specialTokens: tokens, contentFormat: contentFormat)
        }
        switch choice {
        case .source(let source):
            (standard, toolUse) = (try parse(source, "--chat-template"), nil)
            (warning, stopStrings) = (nil, [])
        case .builtIn(let builtIn):
            (standard, toolUse) = (try parse(builtIn.source, builtIn.rawValue), nil)
            (warning, stopStrings) = (nil, builtIn.stopStrings)
        case .model:
            let tool = info.chatTemplates["tool_use"]
            if let source = info.chatTemplates["default"] ?? tool {
                standard = try parse(source, "default")
                if let tool, info.chatTemplates["default"] != nil {
                    toolUse = try parse(tool, "tool_use")
                } else {
                    toolUse = nil
                }
                (warning, stopStrings) = (nil, [])
            } else {
                let plain = BuiltInChatTemplate.plain
                (standard, toolUse) = (try parse(plain.source, plain.rawValue), nil)
                stopStrings = plain.stopStrings
                warning =
                    "The model \(info.name) has no chat template: conversations are written as plain \"User: … Assistant: …\" text; --chat-template names a better one."
            }
        }
    }

    /// The name of the template and what it expects of messages, for the start-up report.
    public var summary: String { "\(standard.name) (content format: \(standard.contentFormat.rawValue))" }

    /// The text of a prompt for a conversation.
    ///
    /// - Parameter template: a template of the request's own, as Jinja.
    public func render(
        _ conversation: ChatConversation, template: String? = nil
    ) throws(RequestError) -> String {
        guard !conversation.messages.isEmpty else {
            throw RequestError("messages", "messages must not be empty.")
        }
        guard !(conversation.continueFinalMessage && conversation.addGenerationPrompt) else {
            throw RequestError(
                "continue_final_message",
                "Cannot set both `continue_final_message` and `add_generation_prompt` to True.")
        }
        if let template { return try requested(template).render(conversation) }
        let usesTools = conversation.tools?.isEmpty == false
        return try (usesTools ? toolUse ?? standard : standard).render(conversation)
    }

    private func requested(_ source: String) throws(RequestError) -> ChatTemplate {
        do {
            return try ChatTemplate(source, name: "chat_template", specialTokens: specialTokens)
        } catch {
            throw RequestError("chat_template", error.message)
        }
    }
}

extension ChatFormatter.Choice {
    /// Reads the value of `--chat-template` where it names no file: a built-in template's name, or Jinja itself.
    ///
    /// Nil where it is neither, so that it should have been a file.
    public init?(inline value: String) {
        if let builtIn = BuiltInChatTemplate(rawValue: value) {
            self = .builtIn(builtIn)
        } else if value.contains("{") || value.contains("}") || value.contains("\n") {
            self = .source(value)
        } else {
            return nil
        }
    }
}
