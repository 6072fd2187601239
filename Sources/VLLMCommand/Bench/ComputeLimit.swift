// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCPU
import VLLMEngine
import VLLMTensors

/// The least time in which this machine can do the linear layers of a model, by its measured peaks.
struct ComputeLimit {
    let info: ModelInfo
    let peaks: CPUPeaks

    /// Measures the machine for about a second; takes half a GiB of memory for that time.
    init(_ info: ModelInfo, instructionSet: String?) throws {
        self.info = info
        let backend = try CPUBackend(.init(numThreads: info.numThreads, instructionSet: instructionSet))
        let format = info.multipliesIntegers ? WeightFormat.int8 : .dense(info.dtype)
        peaks = try CPUPeaks.measure(format, backend: backend)
    }

    /// Seconds of so many tokens of prompts.
    func prefill(tokens: Int) -> Double {
        2 * Double(info.multipliedWeights) * Double(tokens) / peaks.operationsPerSecond
    }

    /// Seconds of a step in which so many sequences decode: the weights are read once.
    func decode(sequences: Int) -> Double {
        let operations = 2 * Double(info.multipliedWeights + info.headWeights) * Double(sequences)
        return max(
            operations / peaks.operationsPerSecond,
            info.weightBytes(tokens: sequences) / peaks.bytesPerSecond)
    }

    /// Seconds of so many requests of one size, as many of them at once as the engine runs.
    func batch(count: Int, inputLength: Int, outputLength: Int) -> Double {
        let atOnce = min(count, info.maxNumSeqs)
        let rest = count % atOnce
        let step =
            Double(count / atOnce) * decode(sequences: atOnce) + (rest > 0 ? decode(sequences: rest) : 0)
        return prefill(tokens: count * inputLength) + Double(outputLength - 1) * step
    }
}
