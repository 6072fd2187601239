// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMScheduling
import VLLMTypes

/// A request by its number, of tokens that count up from `first` unless they are given.
func makeRequest(
    _ id: UInt64,
    prompt: [Int32]? = nil,
    length: Int = 4,
    first: Int32 = 100,
    maxTokens: Int? = 4,
    params: SamplingParams? = nil,
    eos: [Int32] = [],
    priority: Int = 0,
    salt: String? = nil
) -> EngineRequest {
    EngineRequest(
        id: SequenceID(id), promptTokenIDs: prompt ?? (0..<Int32(length)).map { first + $0 },
        params: params ?? SamplingParams(maxTokens: maxTokens), eosTokenIDs: eos, priority: priority,
        cacheSalt: salt)
}

/// A configuration of blocks of 4 tokens, roomy unless told otherwise.
func makeConfig(
    maxNumSeqs: Int = 8,
    maxNumBatchedTokens: Int = 64,
    maxModelLen: Int = 64,
    blockSize: Int = 4,
    numBlocks: Int = 64,
    caching: Bool = true,
    chunked: Bool = true,
    policy: SchedulingPolicy = .fcfs,
    threshold: Int = 0
) -> SchedulerConfig {
    SchedulerConfig(
        maxNumSeqs: maxNumSeqs, maxNumBatchedTokens: maxNumBatchedTokens, maxModelLen: maxModelLen,
        blockSize: blockSize, numBlocks: numBlocks, enablePrefixCaching: caching,
        enableChunkedPrefill: chunked, policy: policy, longPrefillTokenThreshold: threshold)
}

extension SchedulerOutput {
    /// The chunks as (id, computed, tokens).
    var summary: [[Int]] { chunks.map { [Int($0.id.rawValue), $0.numComputedTokens, $0.numTokens] } }
}
