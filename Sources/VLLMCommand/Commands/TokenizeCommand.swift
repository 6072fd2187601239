// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMCheckpoints
import VLLMEngine
import VLLMHub
import VLLMJSON
import VLLMTokenizers

/// `vllm tokenize`: the tokens of a text, without loading the model.
struct TokenizeCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Shows the tokens of a text.",
        discussion: """
            A line a token: its id and its text. Without --prompt, standard input is read.

            Examples:
              vllm tokenize ./Qwen2.5-0.5B-Instruct --prompt "Hello, world"
              vllm tokenize ./model --ids < text.txt
              vllm tokenize ./model --decode 9707,11,1879
            """)

    @Argument(help: "A folder or hub id with a tokenizer; without it that of the built-in model.")
    var model: String?

    @Option(name: [.customShort("p"), .long], help: "The text.")
    var prompt: String?

    @Option(help: "Shows the text of these token ids instead, as 1,2,3.")
    var decode: String?

    @Flag(help: "Prints the ids alone, in one line, with commas.")
    var ids = false

    @Flag(help: "Prints how many there are.")
    var count = false

    @Flag(inversion: .prefixedNo, help: "Puts the tokens around the text that the tokenizer asks for.")
    var addSpecialTokens = true

    @Option(help: "Branch, tag or commit of a hub id (default: main).")
    var revision: String?

    @OptionGroup(title: "Log")
    var log: LogFlags

    func run(in context: CommandContext) async throws {
        var source = BuiltInModel.source
        if let model {
            let files = ModelSource(environment: context.environment, logger: try context.logger(log))
            source = try await files.resolve(model, revision: revision, wanting: .tokenizer)
        }
        guard let tokenizer = try ModelLoader.tokenizer(of: source) else {
            throw CheckpointError(
                source.name, "has no tokenizer: \(TokenizerFileNames.wanted) should be there.")
        }
        if let decode {
            let tokens = try TokenIDList.parse(decode, flag: "--decode")
            if let unknown = tokens.first(where: { tokenizer.token(for: $0) == nil }) {
                throw CheckpointError(source.name, "has no token \(unknown), which --decode names.")
            }
            Terminal.print(tokenizer.decode(tokens, skipSpecialTokens: false) + "\n")
            return
        }
        let bytes = try prompt.map { Array($0.utf8) } ?? InputFile.bytes(of: "-", flag: "standard input")
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw UsageError("the text is not UTF-8.")
        }
        show(try tokenizer.encode(text, addSpecialTokens: addSpecialTokens), tokenizer)
    }

    private func show(_ tokens: [Int32], _ tokenizer: Tokenizer) {
        if count {
            Terminal.print("\(tokens.count)\n")
        } else if ids {
            Terminal.print(tokens.map { "\($0)" }.joined(separator: ",") + "\n")
        } else {
            for token in tokens {
                let text = JSONValue.string(tokenizer.decode([token], skipSpecialTokens: false))
                guard
                    Terminal.print("\(token)\t\(JSONWriter().string(text))\n")
                else { return }
            }
        }
    }
}
