// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMEngine
import VLLMTensors

/// Says in a few lines what runs and what it can hold.
package enum StartupReport {
    /// The lines for a loaded model.
    package static func lines(_ info: ModelInfo, loadTime: Duration) -> [String] {
        let pool = info.poolTokens.multipliedReportingOverflow(by: info.kvBytesPerToken)
        let concurrency = Quantity.fixed(info.maxConcurrency, digits: 2)
        let overrides = info.configOverrides.map { ["config.json is overridden with \($0)"] } ?? []
        return overrides + [
            "Model \(info.name): \(info.architecture), \(info.dtype.rawValue)\(info.multipliesIntegers ? " with \(info.weightType) weights" : ""), loaded in \(Quantity.duration(loadTime))",
            "Device: \(info.device), \(info.numThreads) \(info.numThreads == 1 ? "thread" : "threads"), "
                + "\(Quantity.bytes(info.weightMemory)) of weights, numerics id \(info.numericsID)",
            "KV cache: \(Quantity.grouped(info.poolTokens)) tokens in blocks of \(info.blockSize) "
                + "(\(Quantity.bytes(pool.overflow ? .max : pool.partialValue)))",
            "Maximum concurrency for \(Quantity.grouped(info.maxModelLen)) tokens per request: \(concurrency)x; "
                + "at most \(info.maxNumSeqs) sequences and \(Quantity.grouped(info.maxNumBatchedTokens)) tokens a step",
        ]
    }
}
