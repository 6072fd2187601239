// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `vllm bench`: measures.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures speed on this machine.",
        subcommands: [
            BenchKernelsCommand.self, BenchLatencyCommand.self, BenchStartupCommand.self,
            BenchThroughputCommand.self,
            BenchTokenizerCommand.self,
        ])
}
