// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMEngine
import VLLMJSON
import VLLMTypes

/// Times requests of random tokens in this process.
struct OfflineBenchmark {
    let engine: AsyncLLM

    /// How long a batch took, and how long its parts.
    struct Timing {
        /// From the first request to the last token.
        var total: Duration
        /// From the first request until every one had its first token.
        var untilFirstTokens: Duration
        /// From then until the first request was done: while all of them decode and nothing else is computed.
        var decoding: Duration
        /// Tokens that came in that time.
        var decodedTokens: Int
        var outputTokens: Int
    }

    /// When the tokens of a request came, and how many at a time.
    private typealias Arrivals = [(time: ContinuousClock.Instant, count: Int)]

    /// Throws where requests of this size, so many at once, are more than the engine takes.
    func check(inputLength: Int, outputLength: Int, atOnce: Int = 1) throws(UsageError) {
        let (length, overflow) = inputLength.addingReportingOverflow(outputLength)
        guard !overflow, length <= engine.info.maxModelLen else {
            throw UsageError(
                "--input-len and --output-len together should be at most \(engine.info.maxModelLen), the longest sequence."
            )
        }
        guard atOnce <= engine.info.maxNumSeqs else {
            throw UsageError(
                "--batch-size should be at most --max-num-seqs, \(engine.info.maxNumSeqs): the rest would wait."
            )
        }
    }

    /// Runs a batch of requests of equal length at once.
    ///
    /// - Parameter salt: makes the prompts different from those of other runs, so that no cache helps.
    func run(count: Int, inputLength: Int, outputLength: Int, salt: Int) async throws -> Timing {
        let clock = ContinuousClock()
        let start = clock.now
        let params = SamplingParams(
            temperature: 0, maxTokens: outputLength, ignoreEOS: true, detokenize: false, outputKind: .delta)
        let results = try await withThrowingTaskGroup(of: Arrivals.self) { group in
            for index in 0..<count {
                let prompt = Self.prompt(
                    inputLength, salt: salt &* 4099 &+ index, vocabularySize: engine.info.vocabularySize)
                let stream = try engine.generate(.tokens(prompt), params, requestID: "\(index)")
                group.addTask {
                    var arrivals: Arrivals = []
                    for try await output in stream {
                        let count = output.outputs.reduce(0) { $0 + $1.tokenIDs.count }
                        if count > 0 { arrivals.append((clock.now, count)) }
                    }
                    return arrivals
                }
            }
            return try await group.reduce(into: [Arrivals]()) { $0.append($1) }
        }
        let end = clock.now
        let allStarted = results.compactMap(\.first?.time).max() ?? end
        let anyDone = results.compactMap(\.last?.time).min() ?? end
        let tokens = results.joined()
        return Timing(
            total: end - start, untilFirstTokens: allStarted - start,
            decoding: max(anyDone, allStarted) - allStarted,
            decodedTokens: tokens.reduce(0) {
                $0 + ($1.time > allStarted && $1.time <= anyDone ? $1.count : 0)
            },
            outputTokens: tokens.reduce(0) { $0 + $1.count })
    }

    /// Tokens that look random and are the same in every run.
    static func prompt(_ length: Int, salt: Int, vocabularySize: Int) -> [Int32] {
        (0..<length).map { position in
            Int32((position &* 7919 &+ salt &* 104_729 &+ 13) % vocabularySize)
        }
    }
}

/// The middle of several measurements and how far they lie apart.
struct Spread {
    let median: Double
    let lowest: Double
    let highest: Double

    init(_ values: [Double]) {
        let sorted = values.sorted()
        median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        lowest = sorted.first ?? 0
        highest = sorted.last ?? 0
    }

    /// The three as an object.
    var json: JSONValue {
        ["median": .number(median), "lowest": .number(lowest), "highest": .number(highest)]
    }
}
