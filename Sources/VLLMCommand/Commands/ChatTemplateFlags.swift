// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMChat
import VLLMCheckpoints
import VLLMEngine

/// Flags of the chat template.
struct ChatTemplateFlags: ParsableArguments {
    @Option(
        help:
            "A file with a Jinja template, the template itself, or the name of a built-in one: chatml, vicuna, alpaca, plain (default: the model's own)."
    )
    var chatTemplate: String?

    @Option(help: "What the template expects as content: auto, string or openai (a list of parts).")
    var chatTemplateContentFormat: String = "auto"

    /// What turns conversations into prompts.
    func formatter(_ info: ModelInfo) throws -> ChatFormatter {
        try ChatFormatter(info: info, choice: choice(), contentFormat: contentFormat())
    }

    /// Checks what can be checked before a model is loaded.
    func check() throws {
        _ = try choice()
        _ = try contentFormat()
    }

    private func choice() throws -> ChatFormatter.Choice {
        guard let chatTemplate else { return .model }
        if !chatTemplate.contains("\n"), !chatTemplate.isEmpty, !chatTemplate.utf8.contains(0),
            chatTemplate.utf8.count < 4096, let file = try? FileBytes(mapping: chatTemplate)
        {
            guard file.count <= 1 << 20 else {
                throw UsageError(
                    "--chat-template: the file '\(chatTemplate)' has \(file.count) bytes, more than 1 MiB.")
            }
            return .source(String(decoding: file.bytes, as: UTF8.self))
        }
        guard let choice = ChatFormatter.Choice(inline: chatTemplate) else {
            let names = BuiltInChatTemplate.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError(
                "--chat-template: '\(chatTemplate)' is not a file that can be read, not Jinja and none of \(names)."
            )
        }
        return choice
    }

    private func contentFormat() throws(UsageError) -> ContentFormat? {
        if chatTemplateContentFormat == "auto" { return nil }
        guard let format = ContentFormat(rawValue: chatTemplateContentFormat) else {
            throw UsageError(
                "--chat-template-content-format should be auto, string or openai, is '\(chatTemplateContentFormat)'."
            )
        }
        return format
    }
}
