// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import VLLMTensors

/// How the attention of a batch is cut into work items.
///
/// The cut never shows in the bits, so that it may follow the number of threads.
@safe struct AttentionPlan {
    /// Independent of each other.
    private(set) var items: [vllm_attention_item] = unsafe []
    /// What is merged when all items are done.
    private(set) var merges: [vllm_attention_item] = unsafe []
    /// What items that share a sequence's context leave for the merge.
    private var parts = Scratch()
    /// Items a thread that even out their lengths.
    private static let itemsPerThread = 4

    /// Plans the batch; the arguments need not have their sequences yet.
    mutating func make(
        _ batch: StepBatch, _ arguments: UnsafePointer<vllm_attention_args>, threads: Int
    ) {
        unsafe items.removeAll(keepingCapacity: true)
        unsafe merges.removeAll(keepingCapacity: true)
        let kvHeads = unsafe arguments.pointee.kv_heads
        let tile = unsafe vllm_attention_query_tile(arguments)
        var numItems = 0
        var numSplits = 0
        for span in batch.sequences {
            let tiles = Int((span.queryLength + tile - 1) / tile)
            let heads = unsafe vllm_attention_item_heads(arguments, Swift.min(span.queryLength, tile))
            numItems += tiles * Int((kvHeads + heads - 1) / heads)
            numSplits += tiles * Int(Self.splits(span))
        }
        let wanted = Self.itemsPerThread * threads
        let isCut = numItems < wanted
        // Contexts are cut before heads are parted: heads that are read together are read faster.
        let wantedHeadRanges = Int32(isCut && numSplits > 0 ? (wanted + numSplits - 1) / numSplits : 1)
        let headLimit = (kvHeads + wantedHeadRanges - 1) / wantedHeadRanges
        for (index, span) in batch.sequences.enumerated() {
            // The last queries of a prefill see the most: they come first, so that no thread ends late.
            var end = span.queryLength
            while end > 0 {
                let begin = Swift.max(0, (end - 1) / tile * tile)
                let heads = Swift.min(unsafe vllm_attention_item_heads(arguments, end - begin), headLimit)
                for head in stride(from: 0, to: kvHeads, by: Int(heads)) {
                    let item = unsafe vllm_attention_item(
                        sequence: Int32(index), head_begin: head, head_end: Swift.min(head + heads, kvHeads),
                        query_begin: begin, query_end: end, split_begin: 0, split_end: Self.splits(span),
                        parts: nil)
                    if unsafe isCut && span.queryLength <= tile && item.split_end > 1 {
                        unsafe merges.append(item)
                    } else {
                        unsafe items.append(item)
                    }
                }
                end = begin
            }
        }
        unsafe cutMerges(arguments)
    }

    private static func splits(_ span: SequenceSpan) -> Int32 {
        (span.contextLength + VLLM_ATTENTION_SPLIT - 1) / VLLM_ATTENTION_SPLIT
    }

    /// Makes an item of each split of what will be merged, and gives it memory.
    private mutating func cutMerges(_ arguments: UnsafePointer<vllm_attention_args>) {
        guard unsafe !merges.isEmpty else { return }
        func floats(_ item: vllm_attention_item) -> Int {
            unsafe vllm_attention_part_floats(
                arguments, item.query_end - item.query_begin, item.head_end - item.head_begin)
        }
        let total = unsafe merges.reduce(0) { unsafe $0 + floats($1) * Int($1.split_end) }
        var next = unsafe parts.pointer(size: total * MemoryLayout<Float>.stride)
            .assumingMemoryBound(to: Float.self)
        for index in unsafe merges.indices {
            unsafe merges[index].parts = next
            var item = unsafe merges[index]
            for split in unsafe 0..<merges[index].split_end {
                unsafe item.split_begin = split
                unsafe item.split_end = split + 1
                unsafe item.parts = next
                unsafe items.append(item)
                unsafe next += floats(item)
            }
        }
    }
}
