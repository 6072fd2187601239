// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `vllm bench`: measures.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures speed.",
        subcommands: [
            BenchBatchingCommand.self, BenchKernelsCommand.self, BenchLatencyCommand.self,
            BenchSchedulerCommand.self, BenchServeCommand.self, BenchStartupCommand.self,
            BenchTemplateCommand.self, BenchThroughputCommand.self, BenchTokenizerCommand.self,
        ])
}
