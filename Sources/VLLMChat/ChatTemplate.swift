// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON
import VLLMTemplates
package import VLLMTypes

/// A parsed chat template with what it expects of messages.
package struct ChatTemplate: Sendable {
    /// Where it is from.
    package let name: String
    /// What it expects as the content of a message.
    package let contentFormat: ContentFormat
    private let template: Template
    private let specialTokens: JSONObject

    /// Parses a template.
    ///
    /// - Parameter contentFormat: nil finds out.
    package init(
        _ source: String, name: String, specialTokens: [String: String], contentFormat: ContentFormat? = nil
    ) throws(ChatTemplateError) {
        do {
            template = try Template(source)
        } catch {
            throw ChatTemplateError(name, "is no valid template: \(error)")
        }
        self.name = name
        self.specialTokens = JSONObject(specialTokens.sorted { $0.key < $1.key }.map { ($0, .string($1)) })
        self.contentFormat =
            contentFormat ?? ContentFormat.detect(in: template, specialTokens: self.specialTokens)
    }

    /// Renders a conversation to the prompt's text.
    ///
    /// What the template raises, and what it fails with, is the request's error.
    package func render(_ conversation: ChatConversation) throws(RequestError) -> String {
        let messages = try MessageNormalizer(format: contentFormat).normalize(conversation.messages)
        var context = specialTokens
        context["messages"] = .array(messages.map { .object($0) })
        context["tools"] = conversation.tools.map { .array($0) } ?? .null
        context["documents"] = conversation.documents.map { .array($0) } ?? .null
        context["add_generation_prompt"] = .bool(conversation.addGenerationPrompt)
        for (key, value) in conversation.templateArguments { context[key] = value }
        let text = try render(context)
        guard conversation.continueFinalMessage, let last = messages.last else { return text }
        return try Self.cut(text, after: last)
    }

    private func render(_ context: JSONObject) throws(RequestError) -> String {
        do {
            return try template.render(context)
        } catch {
            throw RequestError(nil, error.kind == .raised ? error.message : "\(error)")
        }
    }

    /// Ends the text where the last message ends, as transformers' `apply_chat_template` does.
    private static func cut(_ text: String, after message: JSONObject) throws(RequestError) -> String {
        let content: String
        switch message["content"] {
        case .string(let text): content = text
        case .array(let parts): content = parts.reversed().compactMap { $0["text"]?.stringValue }.first ?? ""
        default: content = ""
        }
        let trimmed = content.trimmed(leading: true, trailing: true)
        guard let place = text.lastRange(of: trimmed) else {
            throw RequestError(
                "continue_final_message",
                "continue_final_message is set but the final message does not appear in the chat after applying the chat template."
            )
        }
        // A template may keep the white space behind the message, or trim it.
        let spaced = content.trimmed(leading: true, trailing: false)
        if text[place.lowerBound...].unicodeScalars.starts(with: spaced.unicodeScalars) {
            return String(text[..<place.lowerBound]) + spaced
        }
        return String(text[..<place.upperBound])
    }
}

extension String {
    /// The text without white space at its ends, as Python's `strip` sees it.
    func trimmed(leading: Bool, trailing: Bool) -> String {
        var scalars = unicodeScalars[...]
        if leading { scalars = scalars.drop { $0.properties.isWhitespace } }
        while trailing, scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
        return String(scalars)
    }
}
