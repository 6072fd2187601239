// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

/// How many key/value blocks there are, and how long a sequence may be.
package struct MemoryPlan: Sendable, Hashable {
    package var numBlocks: Int
    package var maxModelLen: Int

    /// Sizes the pool: the smallest of what memory leaves, what all sequences at full length could use, and what the
    /// user said.
    ///
    /// - Parameters:
    ///   - bytesPerToken: keys and values of a token in all layers.
    ///   - modelLength: the longest sequence of the model.
    ///   - free: bytes this process could take before anything was loaded.
    ///   - used: bytes of weights and buffers.
    ///   - total: bytes of memory that there are, used or not.
    package static func make(
        _ options: EngineOptions, bytesPerToken: Int, modelLength: Int, free: Int, used: Int,
        total: Int = .max
    ) throws(DeviceError) -> MemoryPlan {
        let wanted = options.maxModelLen ?? modelLength
        let bytesPerBlock = bytesPerToken * options.blockSize
        let left = options.kvCacheMemoryBytes ?? share(options.memoryUtilization, of: free) - used
        let useful = options.maxNumSeqs.multipliedReportingOverflow(by: blocks(wanted, options.blockSize))
        let fitting = min(max(left, 0) / max(bytesPerBlock, 1), useful.overflow ? .max : useful.partialValue)
        let numBlocks = options.numBlocksOverride ?? fitting
        if let asked = options.kvCacheMemoryBytes, numBlocks < 2 {
            throw DeviceError(
                "--kv-cache-memory-bytes \(asked) holds no two blocks of \(options.blockSize) tokens, which take \(2 * bytesPerBlock) bytes."
            )
        }
        guard numBlocks >= 2 else {
            throw DeviceError(
                "no memory is left for the key/value cache: weights and buffers take \(show(used)) of \(show(free)); raise --gpu-memory-utilization, or take a smaller model or --dtype bfloat16."
            )
        }
        let (poolBytes, overflow) = numBlocks.multipliedReportingOverflow(by: bytesPerBlock)
        guard !overflow, poolBytes <= total else {
            throw DeviceError(
                "the key/value cache would take \(show(overflow ? .max : poolBytes)), more than the \(show(total)) of memory that there are; lower --kv-cache-memory-bytes."
            )
        }
        let tokens = numBlocks * options.blockSize
        if let asked = options.maxModelLen, asked > tokens {
            throw DeviceError(
                "the key/value cache holds \(tokens) tokens, fewer than --max-model-len \(asked); it takes \(show(asked * bytesPerToken)), there are \(show(max(left, 0))). Lower --max-model-len or raise --kv-cache-memory-bytes or --gpu-memory-utilization."
            )
        }
        return MemoryPlan(numBlocks: numBlocks, maxModelLen: min(wanted, tokens))
    }

    /// A share in (0, 1] of a size, which may be the largest there is.
    package static func share(_ share: Double, of size: Int) -> Int {
        Int(exactly: (Double(size) * share).rounded(.down)) ?? size
    }

    private static func blocks(_ tokens: Int, _ blockSize: Int) -> Int {
        (tokens + blockSize - 1) / blockSize
    }

    private static func show(_ bytes: Int) -> String {
        bytes < 10 << 30 ? "\(bytes >> 20) MiB" : "\(bytes >> 30) GiB"
    }
}
