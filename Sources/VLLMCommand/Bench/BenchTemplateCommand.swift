// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMChat
import VLLMCheckpoints
import VLLMEngine
import VLLMHub
import VLLMJSON

/// `vllm bench template`: how fast a conversation becomes a prompt's text.
struct BenchTemplateCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "template",
        abstract: "Times the rendering of chat templates on one core.",
        discussion: """
            The conversation is a system message and turns of user and assistant, the last of the user; with tools,
            every fourth turn is a call and its result. Templates that refuse a system message get none.

            Examples:
              vllm bench template --chat-template chat_template.jinja
              vllm bench template ./model --num-messages 200 --num-tools 4
            """)

    @Argument(help: "A folder or hub id with a chat template; without it --chat-template says which.")
    var model: String?

    @Option(help: "A file with a Jinja template; may be repeated.")
    var chatTemplate: [String] = []

    @Option(help: "Messages of the conversation.")
    var numMessages: Int = 20

    @Option(help: "Characters of a message.")
    var messageLen: Int = 400

    @Option(help: "Tools the conversation offers.")
    var numTools: Int = 0

    @Option(help: "Measured renderings, of which the median counts.")
    var numIters: Int = 200

    @OptionGroup(title: "Log")
    var log: LogFlags

    func validate() throws {
        guard model != nil || !chatTemplate.isEmpty else {
            throw ValidationError("a model or at least one --chat-template is needed.")
        }
        for (name, value, least) in [
            ("--num-messages", numMessages, 1), ("--message-len", messageLen, 1),
            ("--num-tools", numTools, 0),
            ("--num-iters", numIters, 1),
        ] where !(least...1_000_000).contains(value) {
            throw ValidationError("\(name) should be in \(least)…1000000, is \(value).")
        }
        guard numMessages.multipliedReportingOverflow(by: messageLen).partialValue <= 1 << 28 else {
            throw ValidationError("--num-messages times --message-len should be at most 268435456.")
        }
    }

    func run(in context: CommandContext) async throws {
        var templates: [(name: String, source: String)] = []
        var tokens = ["bos_token": "<s>", "eos_token": "</s>"]
        if let model {
            let files = ModelSource(environment: context.environment, logger: try context.logger(log))
            let source = try await files.resolve(model, revision: nil, wanting: .tokenizer)
            let text = try ModelLoader.chatTemplates(of: source)
            tokens.merge(text.specialTokens) { $1 }
            templates = text.templates.sorted { $0.key < $1.key }.map { ($0, $1) }
            if templates.isEmpty { throw UsageError("'\(source.name)' has no chat template.") }
        }
        for path in chatTemplate {
            let bytes = try InputFile.bytes(of: path, flag: "--chat-template")
            let name = path.split(separator: "/").last.map(String.init) ?? path
            templates.append((name, String(decoding: bytes, as: UTF8.self)))
        }
        for (name, source) in templates {
            Terminal.print("\(name.leftAligned(40)) \(try figures(source, name: name, tokens))\n")
        }
    }

    private func figures(_ source: String, name: String, _ tokens: [String: String]) throws -> String {
        let start = ContinuousClock.now
        let template = try ChatTemplate(source, name: name, specialTokens: tokens)
        let parsing = ContinuousClock.now - start
        // Some templates know no system message.
        let whole = BenchConversation.make(
            numMessages: numMessages, messageLen: messageLen, numTools: numTools)
        var rest = whole
        rest.messages.removeFirst()
        let conversation = (try? template.render(whole)) == nil && numMessages > 1 ? rest : whole
        var times: [Double] = []
        var text = ""
        do {
            for _ in 0..<numIters {
                let start = ContinuousClock.now
                text = try template.render(conversation)
                times.append((ContinuousClock.now - start).seconds * 1e6)
            }
        } catch {
            return "refuses the conversation: \(error)"
        }
        let spread = Spread(times)
        return """
            \(rounded(spread.median)) µs (\(rounded(spread.lowest))…\(rounded(spread.highest))), \(text.utf8.count) bytes of \
            \(conversation.messages.count) messages; parsed in \(rounded(parsing.seconds * 1e6)) µs
            """
    }

    private func rounded(_ value: Double) -> String { "\(Int(value.rounded()))" }
}
