// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The keys and values that one layer keeps for a token.
package struct KVCacheSpec: Sendable, Hashable {
    package var numHeads: Int
    /// Elements of a key.
    package var headDim: Int
    package var dtype: DType
    /// Set where a value is the first so many elements of its key, and is not kept besides: latent attention. Else
    /// values are as wide as keys.
    package var valuePrefix: Int?

    package init(numHeads: Int, headDim: Int, dtype: DType, valuePrefix: Int? = nil) {
        self.numHeads = numHeads
        self.headDim = headDim
        self.dtype = dtype
        self.valuePrefix = valuePrefix
    }

    /// Elements of a value.
    package var valueDim: Int { valuePrefix ?? headDim }
    /// Bytes of the keys of one token.
    package var keyBytesPerToken: Int { numHeads * headDim * dtype.size }
    /// Bytes of its values; 0 where they are with the keys.
    package var valueBytesPerToken: Int { valuePrefix == nil ? keyBytesPerToken : 0 }
    /// Bytes of both.
    package var bytesPerToken: Int { keyBytesPerToken + valueBytesPerToken }
}

/// The pool of key/value blocks of all layers, in a backend's memory.
package struct KVCache: Sendable {
    package let specs: [KVCacheSpec]
    package let numBlocks: Int
    /// Tokens of a block, a multiple of 16.
    package let blockSize: Int
    /// Where each layer's keys and values begin; values that are with the keys are nowhere: 0.
    package let keyAddresses: [UInt]
    package let valueAddresses: [UInt]

    package init(
        specs: [KVCacheSpec], numBlocks: Int, blockSize: Int, keyAddresses: [UInt], valueAddresses: [UInt]
    ) {
        self.specs = specs
        self.numBlocks = numBlocks
        self.blockSize = blockSize
        self.keyAddresses = keyAddresses
        self.valueAddresses = valueAddresses
    }
}

/// One sequence's place in a flat batch.
package struct SequenceSpan: Sendable, Hashable {
    /// First row of the batch.
    package var queryStart: Int32
    /// Rows of this step.
    package var queryLength: Int32
    /// Tokens of context with this step's.
    package var contextLength: Int32
    /// Where its block table begins in `StepBatch.blockTables`.
    package var blockTableStart: Int32

    package init(queryStart: Int32, queryLength: Int32, contextLength: Int32, blockTableStart: Int32) {
        self.queryStart = queryStart
        self.queryLength = queryLength
        self.contextLength = contextLength
        self.blockTableStart = blockTableStart
    }
}

/// The inputs of one step, flat: all arrays are parallel over tokens or sequences.
package struct StepBatch: Sendable {
    /// [tokens]
    package var tokenIDs: [Int32] = []
    /// [tokens]
    package var positions: [Int32] = []
    /// [tokens]: block × blockSize + offset.
    package var slotMapping: [Int32] = []
    /// [sequences]
    package var sequences: [SequenceSpan] = []
    /// Block ids of all sequences, one behind the other.
    package var blockTables: [Int32] = []

    package init() {}

    /// Empties the batch and keeps its memory.
    package mutating func removeAll() {
        tokenIDs.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        slotMapping.removeAll(keepingCapacity: true)
        sequences.removeAll(keepingCapacity: true)
        blockTables.removeAll(keepingCapacity: true)
    }
}
