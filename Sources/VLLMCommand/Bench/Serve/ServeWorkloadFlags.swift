// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMTokenizers

/// Flags of `vllm bench serve` that say what is asked.
struct ServeWorkloadFlags: ParsableArguments {
    /// Where prompts come from.
    enum Dataset: String, CaseIterable {
        case random, sharegpt, custom
    }

    @Option(help: "Where prompts come from: random, sharegpt or custom.")
    var datasetName: String = "random"

    @Option(help: "The file of a sharegpt (JSON) or custom (JSON lines) data set.")
    var datasetPath: String?

    @Option(help: "A folder or hub id with a tokenizer.")
    var tokenizer: String?

    @Option(help: "Requests.")
    var numPrompts: Int = 1000

    @Option(help: "Determines prompts, lengths and times of arrival.")
    var seed: UInt64 = 0

    @Option(help: "Tokens of a random prompt behind its prefix (default: 1024).")
    var randomInputLen: Int?

    @Option(help: "Tokens generated behind a random prompt (default: 128).")
    var randomOutputLen: Int?

    @Option(help: "Lengths lie within (1 ± ratio) times those given; below 1.")
    var randomRangeRatio: Double = 0

    @Option(help: "Tokens that all random prompts begin with alike.")
    var randomPrefixLen: Int = 0

    @Option(help: "Random ids are from 100 up to this, where there is no tokenizer.")
    var randomVocabSize: Int = 1000

    @Option(help: "Tokens of a prompt, where its data set does not say.")
    var inputLen: Int?

    @Option(help: "Tokens generated, for any data set.")
    var outputLen: Int?

    @Option(help: "Tokens generated, in place of the lengths of the answers in a sharegpt data set.")
    var sharegptOutputLen: Int?

    @Option(help: "Tokens generated for a custom data set (default: each line's output_tokens, else 256).")
    var customOutputLen: Int?

    @Flag(help: "Takes a file's prompts in their order.")
    var disableShuffle = false

    @Flag(help: "Sends fewer requests where a file has too few prompts, rather than some of them again.")
    var noOversample = false

    @Flag(help: "Accepted for vLLM's command lines: prompts are sent as they stand in any case.")
    var skipChatTemplate = false

    /// The data set by name.
    func dataset() throws(UsageError) -> Dataset {
        guard let dataset = Dataset(rawValue: datasetName) else {
            let names = Dataset.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("--dataset-name should be one of \(names), is '\(datasetName)'.")
        }
        guard (dataset == .random) == (datasetPath == nil) else {
            throw UsageError(
                dataset == .random
                    ? "--dataset-path goes with --dataset-name sharegpt or custom."
                    : "--dataset-name \(datasetName) needs --dataset-path.")
        }
        return dataset
    }

    /// Checks the flags' ranges.
    func check() throws(UsageError) {
        guard (1...1_000_000).contains(numPrompts) else {
            throw UsageError("--num-prompts should be from 1 to 1000000.")
        }
        let limit = ServeRequest.tokenLimit
        for (name, value) in [
            ("--random-input-len", randomInputLen), ("--random-output-len", randomOutputLen),
            ("--input-len", inputLen), ("--output-len", outputLen),
            ("--sharegpt-output-len", sharegptOutputLen),
            ("--random-prefix-len", randomPrefixLen),
        ] {
            guard let value, !(0...limit).contains(value) else { continue }
            throw UsageError("\(name) should be from 0 to \(limit), is \(value).")
        }
    }

    /// Makes the requests.
    func requests(tokenizer: Tokenizer?, using generator: inout SeededGenerator) throws -> [ServeRequest] {
        let dataset = try dataset()
        guard let datasetPath else {
            return try random.requests(count: numPrompts, tokenizer: tokenizer, using: &generator)
        }
        let bytes = try InputFile.bytes(of: datasetPath, flag: "--dataset-path")
        let files = FileWorkload(
            name: datasetPath, counter: TokenCounter(tokenizer),
            size: WorkloadSize(count: numPrompts, isShuffled: !disableShuffle, repeats: !noOversample))
        if dataset == .sharegpt {
            return try files.conversations(
                in: bytes, outputLength: outputLen ?? sharegptOutputLen, using: &generator)
        }
        return try files.lines(in: bytes, outputLength: outputLen ?? customOutputLen, using: &generator)
    }

    private var random: RandomWorkload {
        var workload = RandomWorkload()
        workload.inputLength = inputLen ?? randomInputLen ?? 1024
        workload.outputLength = outputLen ?? randomOutputLen ?? 128
        workload.rangeRatio = randomRangeRatio
        workload.prefixLength = randomPrefixLen
        workload.vocabularySize = randomVocabSize
        return workload
    }
}
