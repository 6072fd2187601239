// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Flags of `vllm bench batching` that say what is asked and when.
struct BatchingWorkloadFlags: ParsableArguments {
    @Option(help: "Requests.")
    var numPrompts: Int = 128

    @Option(help: "Tokens of a prompt, on average.")
    var inputLen: Int = 161

    @Option(help: "Tokens generated behind a prompt, on average.")
    var outputLen: Int = 338

    @Option(
        help:
            "How far lengths spread: the standard deviation of their logarithm, which is normally distributed; 0: all are alike."
    )
    var lengthSigma: Double = 0.8

    @Option(help: "Spreads lengths evenly within (1 ± ratio) times their means instead; below 1.")
    var randomRangeRatio: Double?

    @Option(help: "Requests a second; inf: all at once.")
    var requestRate: Double = .infinity

    @Option(
        help: "1: a Poisson process; below: bursts; above: more even. Holds where --request-rate is finite.")
    var burstiness: Double = 1

    func validate() throws {
        guard (1...1_000_000).contains(numPrompts) else {
            throw ValidationError("--num-prompts should be in 1…1000000, is \(numPrompts).")
        }
        for (name, value) in [("--input-len", inputLen), ("--output-len", outputLen)] {
            guard !(1...ServeRequest.tokenLimit).contains(value) else { continue }
            throw ValidationError("\(name) should be in 1…\(ServeRequest.tokenLimit), is \(value).")
        }
        guard (0...4).contains(lengthSigma) else {
            throw ValidationError("--length-sigma should be in 0…4, is \(lengthSigma).")
        }
        guard randomRangeRatio.map((0..<1).contains) ?? true else {
            throw ValidationError("--random-range-ratio should be at least 0 and below 1.")
        }
        guard requestRate >= 1e-6 else {
            throw ValidationError("--request-rate should be at least 0.000001.")
        }
        guard burstiness >= 1e-3 else { throw ValidationError("--burstiness should be at least 0.001.") }
    }

    /// The workload for a model of this vocabulary and longest sequence.
    func workload(vocabularySize: Int, maxModelLen: Int) -> BatchingWorkload {
        BatchingWorkload(
            count: numPrompts, inputLength: inputLen, outputLength: outputLen,
            lengths: randomRangeRatio.map { .uniform(ratio: $0) } ?? .logNormal(sigma: lengthSigma),
            arrivals: ArrivalProcess(rate: requestRate, burstiness: burstiness),
            vocabularySize: vocabularySize, maxModelLen: maxModelLen)
    }
}
