// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A parser for the fuzzer, and what its inputs look like.
struct FuzzTarget: Sendable {
    /// What the command line calls it.
    let name: String
    /// Bytes of the longest input.
    let maximumLength: Int
    /// The inputs that mutations start from.
    let seeds: [Seeds]
    /// Reads one input; an error is an answer, a trap or a hang is a finding.
    let body: @Sendable ([UInt8]) throws -> Void

    /// Creates a target.
    init(
        _ name: String, upTo maximumLength: Int, seeds: Seeds...,
        body: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
        (self.name, self.maximumLength, self.seeds, self.body) = (name, maximumLength, seeds, body)
    }

    /// Finds the target that `--target=NAME` names.
    static func named(in arguments: [String]) -> FuzzTarget? {
        let name = arguments.last { $0.hasPrefix("--target=") }?.dropFirst("--target=".count)
        return all.first { name == $0.name[...] }
    }
}
