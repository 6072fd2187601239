// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLM

/// One plug-in of each kind.
public enum ExamplePlugIns {
    /// Makes all of them known to engines that are made from now on.
    public static func register() {
        PlugIns.register(logitsProcessor: "no-repeat-ngram") { call, _ in try NoRepeatNGram(call.arguments) }
        PlugIns.register(sampler: "typical") { call, _ in try TypicalSampler(call.arguments) }
        PlugIns.register(architecture: .smolLM3)
        PlugIns.register(quantization: "row-int8") { _ in RowInt8() }
        PlugIns.register(loadFormat: "npy", NumPyFolder())
        PlugIns.register(kvEvictionPolicy: "lfu") { LeastFrequentlyUsed() }
    }
}
