// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMCheckpoints
import VLLMEngine
import VLLMHub
import VLLMTokenizers

/// `vllm bench tokenizer`: how fast text becomes tokens.
struct BenchTokenizerCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer",
        abstract: "Times the encoding of texts on one core.",
        discussion: """
            Each text is encoded whole; its first run counts, so that nothing is remembered from an earlier one,
            and its time is the median over tokenizers that are new each time.

            Example (Scripts/bench/corpora.py makes such texts):
              vllm bench tokenizer ./model --corpus english.txt --corpus chinese.txt
            """)

    @Argument(help: "A folder or hub id with a tokenizer; without it that of the built-in model.")
    var model: String?

    @Option(help: "A text in UTF-8; may be repeated.")
    var corpus: [String] = []

    @Option(help: "Measured runs, of which the median counts.")
    var numIters: Int = 5

    @OptionGroup(title: "Log")
    var log: LogFlags

    func validate() throws {
        guard !corpus.isEmpty else { throw ValidationError("at least one --corpus is needed.") }
        guard numIters >= 1 else { throw ValidationError("--num-iters should be at least 1.") }
    }

    func run(in context: CommandContext) async throws {
        var source = BuiltInModel.source
        if let model {
            let files = ModelSource(environment: context.environment, logger: try context.logger(log))
            source = try await files.resolve(model, revision: nil, wanting: .tokenizer)
        }
        for path in corpus {
            let bytes = try InputFile.bytes(of: path, flag: "--corpus")
            guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty else {
                throw UsageError("--corpus: '\(path)' is empty or not UTF-8.")
            }
            var speeds: [Double] = []
            var numTokens = 0
            for _ in 0..<numIters {
                guard let tokenizer = try ModelLoader.tokenizer(of: source) else {
                    throw UsageError("'\(source.name)' has no tokenizer.")
                }
                let start = ContinuousClock.now
                numTokens = try tokenizer.encode(text, addSpecialTokens: false).count
                speeds.append(Double(bytes.count) / (ContinuousClock.now - start).seconds / 1e6)
            }
            let spread = Spread(speeds)
            let name = path.split(separator: "/").last.map(String.init) ?? path
            Terminal.print(
                """
                \(name.leftAligned(20)) \(tenths(spread.median)) MB/s (\(tenths(spread.lowest))…\(tenths(spread.highest))), \
                \(bytes.count) bytes, \(numTokens) tokens

                """)
        }
    }

    private func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
