// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTypes

/// Requests of random tokens whose lengths spread as those of conversations do.
package struct BatchingWorkload: Sendable {
    /// Requests.
    package var count: Int
    /// Mean length of a prompt, before it is bounded by `maxModelLen`.
    package var inputLength: Int
    /// Mean number of generated tokens, before it is bounded by `maxModelLen`.
    package var outputLength: Int
    /// How both spread.
    package var lengths: LengthDistribution
    /// When requests arrive.
    package var arrivals: ArrivalProcess
    /// Ids are below this.
    package var vocabularySize: Int
    /// Tokens that prompt and output have together at most, at least 2; a prompt has half of them at most.
    package var maxModelLen: Int

    /// Creates a workload.
    package init(
        count: Int, inputLength: Int, outputLength: Int, lengths: LengthDistribution,
        arrivals: ArrivalProcess,
        vocabularySize: Int, maxModelLen: Int
    ) {
        self.count = count
        self.inputLength = inputLength
        self.outputLength = outputLength
        self.lengths = lengths
        self.arrivals = arrivals
        self.vocabularySize = vocabularySize
        self.maxModelLen = maxModelLen
    }

    /// Makes the requests, in the order in which they arrive.
    package func requests(using generator: inout SeededGenerator) -> [TimedRequest] {
        let times = arrivals.times(count: count, using: &generator)
        return times.enumerated().map { index, time in
            let promptLength = lengths.draw(mean: inputLength, in: 1...maxModelLen / 2, using: &generator)
            let outputLength = lengths.draw(
                mean: outputLength, in: 1...maxModelLen - promptLength, using: &generator)
            let prompt = (0..<promptLength).map { _ in
                Int32.random(in: 0..<Int32(clamping: vocabularySize), using: &generator)
            }
            let params = SamplingParams(temperature: 0, maxTokens: outputLength, ignoreEOS: true)
            return TimedRequest(
                arrival: time,
                request: EngineRequest(
                    id: SequenceID(UInt64(index)), promptTokenIDs: prompt, params: params))
        }
    }
}
