// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// All flags by command: those of vLLM, whatever becomes of them, and those of this program's own.
package enum FlagTable {
    /// A command of the program, by the words that call it.
    package enum Command: String, Sendable, CaseIterable {
        case serve, generate, chat, complete
        case benchBatching = "bench batching"
        case benchLatency = "bench latency"
        case benchScheduler = "bench scheduler"
        case benchThroughput = "bench throughput"

        /// The words that call it.
        package var words: [String] { rawValue.split(separator: " ").map(String.init) }

        /// The command that a command line calls, or nil where its words are none of these.
        package init?(callingIn arguments: [String]) {
            guard let command = Self.allCases.first(where: { arguments.starts(with: $0.words) }) else {
                return nil
            }
            self = command
        }
    }

    /// The flags of a command; where two bear one name, the first is meant.
    package static func flags(of command: Command) -> [FlagEntry] {
        switch command {
        case .serve: everywhere + engine + server
        case .generate: everywhere + generate + sampling + engine
        case .chat: everywhere + chat + sampling + engine
        case .complete: everywhere + complete + sampling + engine
        case .benchBatching: everywhere + benchBatching + engine
        case .benchLatency, .benchThroughput: everywhere + bench + engine
        case .benchScheduler: everywhere + benchScheduler + engine
        }
    }

    /// Flags of every command.
    static let everywhere: [FlagEntry] = [
        .built("--help", "-h", value: .boolean),
        .built("--version", "-v", value: .boolean),
        .built("--config"),
    ]

    /// Flags of `vllm generate`.
    static let generate: [FlagEntry] = [
        .built("--prompt", "-p", value: .repeated),
        .built("--prompts-file"),
        .built("--prompt-token-ids", value: .repeated),
        .built("--json", value: .boolean),
    ]

    /// Flags of `vllm chat`.
    static let chat: [FlagEntry] = [.built("--system-prompt")] + complete

    /// Flags of `vllm complete`.
    static let complete: [FlagEntry] = [
        .built("--quick", "-q"),
        .built("--url"),
        .built("--api-key"),
        .built("--model-name"),
        .built("--chat-template"),
        .built("--chat-template-content-format"),
        .built("--stats", value: .boolean),
    ]

    /// Flags of `vllm bench batching`.
    static let benchBatching: [FlagEntry] = [
        .built("--mode", value: .repeated),
        .built("--num-prompts", value: .integer),
        .built("--input-len", value: .integer),
        .built("--output-len", value: .integer),
        .built("--length-sigma"),
        .built("--random-range-ratio"),
        .built("--request-rate"),
        .built("--burstiness"),
        .built("--num-iters", value: .integer),
        .built("--output-json"),
    ]

    /// Flags of `vllm bench scheduler`.
    static let benchScheduler: [FlagEntry] = [
        .built("--batch-size", value: .integer),
        .built("--input-len", value: .integer),
        .built("--num-iters", value: .integer),
        .built("--temperature"),
        .built("--repetition-penalty"),
        .built("--frequency-penalty"),
        .built("--logprobs", value: .integer),
        .built("--output-json"),
    ]

    /// Flags of `vllm bench latency` and `vllm bench throughput`.
    package static let bench: [FlagEntry] = [
        .built("--input-len", value: .integer),
        .built("--output-len", value: .integer),
        .built("--batch-size", value: .integer),
        .built("--num-iters", value: .integer),
        .built("--num-prompts", value: .integer),
        .built("--output-json"),
    ]

    /// How tokens are chosen, for commands that ask for text themselves.
    static let sampling: [FlagEntry] = [
        .built("--temperature"),
        .built("--top-p"),
        .built("--top-k", value: .integer),
        .built("--min-p"),
        .built("--max-tokens", value: .integer),
        .built("--min-tokens", value: .integer),
        .built("--n", "-n", value: .integer),
        .built("--stop", value: .repeated),
        .built("--stop-token-ids"),
        .built("--logprobs", value: .integer),
        .built("--prompt-logprobs", value: .integer),
        .built("--presence-penalty"),
        .built("--frequency-penalty"),
        .built("--repetition-penalty"),
        .built("--ignore-eos", value: .boolean),
        .built("--skip-special-tokens", value: .boolean),
    ]
}
