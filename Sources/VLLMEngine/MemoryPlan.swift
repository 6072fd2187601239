// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

/// How many key/value blocks there are, and how long a sequence may be.
package struct MemoryPlan: Sendable, Hashable {
    package var numBlocks: Int
    package var maxModelLen: Int
    /// True where memory does not hold the mapped weights beside the rest, so that steps read from the disk.
    package var readsDisk = false

    /// Sizes the pool: the smallest of what memory leaves, what all sequences at full length could use, and what the
    /// user said.
    ///
    /// - Parameters:
    ///   - bytesPerToken: keys and values of a token in all layers.
    ///   - modelLength: the longest sequence of the model.
    ///   - free: bytes this process could take before anything was loaded.
    ///   - used: bytes of weights and buffers.
    ///   - mapped: those of them that are a file's, which the system reads again where it needed their memory. Where
    ///     the pool does not fit beside all of them, it takes half of what the rest leaves.
    ///   - total: bytes of memory that there are, used or not.
    package static func make(
        _ options: EngineOptions, bytesPerToken: Int, modelLength: Int, free: Int, used: Int, mapped: Int = 0,
        total: Int = .max
    ) throws(DeviceError) -> MemoryPlan {
        let wanted = options.maxModelLen ?? modelLength
        let bytesPerBlock = bytesPerToken * options.blockSize
        let (left, readsDisk) = left(
            options, bytesPerBlock: bytesPerBlock, free: free, used: used, mapped: mapped)
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
                "no memory is left for the key/value cache: weights and buffers take \(show(used)) of \(show(free)); raise --gpu-memory-utilization, take a smaller model, --quantization int8 or --dtype bfloat16\(mapped > 0 ? "." : ", or --packed-cache auto, which keeps weights in a file that is read as it is needed.")"
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
        return MemoryPlan(numBlocks: numBlocks, maxModelLen: min(wanted, tokens), readsDisk: readsDisk)
    }

    /// Bytes for the pool, and whether mapped weights have to give way to it.
    private static func left(
        _ options: EngineOptions, bytesPerBlock: Int, free: Int, used: Int, mapped: Int
    ) -> (bytes: Int, readsDisk: Bool) {
        if let bytes = options.kvCacheMemoryBytes { return (bytes, mapped > 0 && bytes > free - used) }
        let share = share(options.memoryUtilization, of: free)
        let least =
            options.numBlocksOverride ?? options.maxModelLen.map { blocks($0, options.blockSize) } ?? 2
        let (needed, overflow) = least.multipliedReportingOverflow(by: bytesPerBlock)
        if mapped == 0 || (!overflow && share - used >= needed) { return (share - used, false) }
        return (max(share - used, (share - (used - mapped)) / 2), true)
    }

    /// Whether weights and the least of a pool are more than memory holds.
    ///
    /// - Parameter weights: bytes of packed weights.
    package static func isShort(_ options: EngineOptions, weights: Int, free: Int) -> Bool {
        guard free > 0 else { return false }
        if let pool = options.kvCacheMemoryBytes { return weights > free - min(pool, free) }
        // What else is needed is a few percent of the weights.
        return weights > share(0.9, of: share(options.memoryUtilization, of: free))
    }

    /// A share in (0, 1] of a size, which may be the largest there is.
    package static func share(_ share: Double, of size: Int) -> Int {
        Int(exactly: (Double(size) * share).rounded(.down)) ?? size
    }

    private static func blocks(_ tokens: Int, _ blockSize: Int) -> Int {
        (tokens + blockSize - 1) / blockSize
    }

    /// What is said where weights are more than memory holds and nothing keeps them elsewhere.
    ///
    /// - Parameter pool: what `--kv-cache-memory-bytes` asks for.
    static func noMemory(forWeights weights: Int, free: Int, pool: Int?) -> DeviceError {
        if let pool, pool > free {
            return DeviceError(
                "--kv-cache-memory-bytes asks for \(show(pool)), more than the \(show(free)) of free memory.")
        }
        let beside = pool.map { ", beside the \(show($0)) that --kv-cache-memory-bytes asks for" } ?? ""
        return DeviceError(
            "the weights take \(show(weights)), too much for the \(show(free)) of free memory\(beside): --packed-cache auto keeps them in a file that is read as it is needed, at the disk's speed; or take --quantization int8 or int4, or a smaller model."
        )
    }

    /// A size as messages tell it.
    static func show(_ bytes: Int) -> String {
        bytes < 10 << 30 ? "\(bytes >> 20) MiB" : "\(bytes >> 30) GiB"
    }
}
