// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors
import VLLMTypes

extension ModelInfo {
    /// Describes a scripted engine, which has no weights and no device.
    package init(
        name: String, architecture: String, maxModelLen: Int, vocabularySize: Int, numericsID: String,
        numBlocks: Int, blockSize: Int, eosTokenIDs: [Int32]
    ) {
        self.init(
            name: name, architecture: architecture, dtype: .float32, maxModelLen: maxModelLen,
            vocabularySize: vocabularySize, device: "scripted", numericsID: numericsID, numThreads: 1,
            weightMemory: 0, numBlocks: numBlocks, blockSize: blockSize, kvBytesPerToken: 0,
            maxNumBatchedTokens: 512, maxNumSeqs: 64, eosTokenIDs: eosTokenIDs,
            defaultSamplingParams: SamplingParams(), defaultMaxTokens: nil)
    }
}
