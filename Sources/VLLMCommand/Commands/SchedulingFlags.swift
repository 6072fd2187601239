// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMEngine

/// Flags that say how memory and steps are shared between requests.
struct SchedulingFlags: ParsableArguments {
    @Option(help: "Sequences that run at once.")
    var maxNumSeqs: Int = 128

    @Option(help: "Tokens of a step (default: 512, or --max-num-seqs where that is more).")
    var maxNumBatchedTokens: Int?

    @Option(help: "Share of the free memory that weights and cache may take, in (0, 1].")
    var gpuMemoryUtilization: Double = 0.92

    @Option(
        help: "Size of the key/value cache, such as 1GiB (default: what --gpu-memory-utilization leaves).")
    var kvCacheMemoryBytes: Int?

    @Option(help: "Tokens of a block of the cache, a multiple of 16.")
    var blockSize: Int = 16

    @Flag(inversion: .prefixedNo, help: "Keeps the blocks of finished requests for prompts that begin alike.")
    var enablePrefixCaching = true

    @Flag(inversion: .prefixedNo, help: "Spreads long prompts over steps.")
    var enableChunkedPrefill = true

    @Option(help: "Requests that may wait; more are refused with 503 (default: no limit).")
    var maxNumQueuedReqs: Int?

    @Option(help: "Prompt tokens that may wait; more are refused with 503 (default: no limit).")
    var maxNumQueuedTokens: Int?

    @Option(
        help:
            "Which cached block is given up first: lru (least recently used), or a policy that this program registers."
    )
    var kvEvictionPolicy: String = "lru"

    @Option(help: "Who is served first: fcfs (first come) or priority (lower values first).")
    var schedulingPolicy: String = "fcfs"

    /// Writes the flags into the options of an engine.
    func apply(to options: inout EngineOptions) throws(UsageError) {
        options.maxNumSeqs = maxNumSeqs
        options.maxNumBatchedTokens = maxNumBatchedTokens
        options.memoryUtilization = gpuMemoryUtilization
        options.blockSize = blockSize
        options.kvEvictionPolicy = kvEvictionPolicy
        options.enablePrefixCaching = enablePrefixCaching
        options.enableChunkedPrefill = enableChunkedPrefill
        if let bytes = kvCacheMemoryBytes {
            guard bytes > 0 else {
                throw UsageError("--kv-cache-memory-bytes should be more than 0, is \(bytes).")
            }
            options.kvCacheMemoryBytes = bytes
        }
        options.queueLimits.maxRequests = try positive(maxNumQueuedReqs, "--max-num-queued-reqs")
        options.queueLimits.maxTokens = try positive(maxNumQueuedTokens, "--max-num-queued-tokens")
        switch schedulingPolicy {
        case "fcfs": options.usesPriorities = false
        case "priority": options.usesPriorities = true
        default: throw UsageError("--scheduling-policy should be fcfs or priority, is '\(schedulingPolicy)'.")
        }
    }

    private func positive(_ value: Int?, _ flag: String) throws(UsageError) -> Int? {
        guard let value else { return nil }
        guard value > 0 else { throw UsageError("\(flag) should be at least 1, is \(value).") }
        return value
    }
}
