// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMHub

/// `vllm download`: fetches a model into the hub's cache.
struct DownloadCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "download",
        abstract: "Fetches a model from the hub into the local cache, and prints its folder.",
        discussion: """
            Fetches what serving needs: configuration, tokenizer, chat template and weights,
            in safetensors or, where there are none, in PyTorch's format. What is here already is not fetched again, and what was broken
            off goes on where it stopped.

            Examples:
              vllm download Qwen/Qwen3-0.6B
              vllm download meta-llama/Llama-3.2-1B-Instruct --hf-token hf_...
            """)

    @Argument(help: "The model's id on the hub, as org/name.")
    var model: String

    @Option(help: "Branch, tag or commit (default: main).")
    var revision: String?

    @Option(
        help: "Folder of the hub cache (default: $HF_HUB_CACHE, $HF_HOME/hub or ~/.cache/huggingface/hub).")
    var downloadDir: String?

    @Option(help: "Token for the hub (default: $HF_TOKEN, or what huggingface-cli login left).")
    var hfToken: String?

    @Flag(help: "Fetches the tokenizer alone.")
    var tokenizerOnly = false

    @Flag(help: "Fetches every file of the repository.")
    var everything = false

    @OptionGroup(title: "Log")
    var log: LogFlags

    func validate() throws {
        guard !(tokenizerOnly && everything) else {
            throw ValidationError("--tokenizer-only and --everything exclude each other.")
        }
    }

    func run(in context: CommandContext) async throws {
        let source = ModelSource(
            environment: context.environment, token: hfToken, cacheRoot: downloadDir,
            logger: try context.logger(log))
        let selection: FileSelection = tokenizerOnly ? .tokenizer : everything ? .everything : .checkpoint()
        Terminal.print(try await source.download(model, revision: revision, wanting: selection) + "\n")
    }
}
