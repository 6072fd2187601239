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
    /// Floats that parts take at most, 16 MiB: what goes beyond that is not cut.
    private static let mostPartFloats = 4 << 20

    /// Plans the batch; the arguments need not have their sequences yet.
    mutating func make(
        _ batch: StepBatch, _ arguments: UnsafePointer<vllm_attention_args>, threads: Int
    ) {
        unsafe items.removeAll(keepingCapacity: true)
        unsafe merges.removeAll(keepingCapacity: true)
        let (kvHeads, window) = unsafe (arguments.pointee.kv_heads, arguments.pointee.window)
        let tile = unsafe vllm_attention_query_tile(arguments)
        var numItems = 0
        var numSplits = 0
        for span in batch.sequences {
            let tiles = Int((span.queryLength + tile - 1) / tile)
            let heads = unsafe vllm_attention_item_heads(arguments, Swift.min(span.queryLength, tile))
            numItems += tiles * Int((kvHeads + heads - 1) / heads)
            numSplits += tiles * Self.splits(span, 0..<span.queryLength, window).count
        }
        let wanted = Self.itemsPerThread * threads
        let isCut = numItems < wanted
        // Contexts are cut before heads are parted: heads that are read together are read faster.
        let wantedHeadRanges = Int32(isCut && numSplits > 0 ? (wanted + numSplits - 1) / numSplits : 1)
        let headLimit = (kvHeads + wantedHeadRanges - 1) / wantedHeadRanges
        var partFloats = 0
        for (index, span) in batch.sequences.enumerated() {
            // The last queries of a prefill see the most: they come first, so that no thread ends late.
            var end = span.queryLength
            while end > 0 {
                let begin = Swift.max(0, (end - 1) / tile * tile)
                let splits = Self.splits(span, begin..<end, window)
                let heads = Swift.min(unsafe vllm_attention_item_heads(arguments, end - begin), headLimit)
                for head in stride(from: 0, to: kvHeads, by: Int(heads)) {
                    let item = unsafe vllm_attention_item(
                        sequence: Int32(index), head_begin: head, head_end: Swift.min(head + heads, kvHeads),
                        query_begin: begin, query_end: end, split_begin: splits.lowerBound,
                        split_end: splits.upperBound, parts: nil)
                    let floats = unsafe Self.floats(item, arguments) * splits.count
                    if isCut, span.queryLength <= tile, splits.count > 1,
                        partFloats + floats <= Self.mostPartFloats
                    {
                        partFloats += floats
                        unsafe merges.append(item)
                    } else {
                        unsafe items.append(item)
                    }
                }
                end = begin
            }
        }
        unsafe cutMerges(arguments, partFloats)
    }

    /// The splits that queries of a sequence see, of which a window hides the first.
    private static func splits(_ span: SequenceSpan, _ queries: Range<Int32>, _ window: Int32) -> Range<Int32>
    {
        let first = span.contextLength - span.queryLength
        let low = window > 0 ? Swift.max(0, first + queries.lowerBound - window + 1) : 0
        let high = first + queries.upperBound
        return low / VLLM_ATTENTION_SPLIT..<(high + VLLM_ATTENTION_SPLIT - 1) / VLLM_ATTENTION_SPLIT
    }

    /// What a split of an item leaves behind.
    private static func floats(
        _ item: vllm_attention_item, _ arguments: UnsafePointer<vllm_attention_args>
    ) -> Int {
        unsafe vllm_attention_part_floats(
            arguments, item.query_end - item.query_begin, item.head_end - item.head_begin)
    }

    /// Makes an item of each split of what will be merged, and gives it memory.
    private mutating func cutMerges(
        _ arguments: UnsafePointer<vllm_attention_args>, _ partFloats: Int
    ) {
        guard unsafe !merges.isEmpty else { return }
        var next = unsafe parts.pointer(size: partFloats * MemoryLayout<Float>.stride)
            .assumingMemoryBound(to: Float.self)
        for index in unsafe merges.indices {
            unsafe merges[index].parts = next
            var item = unsafe merges[index]
            for split in unsafe merges[index].split_begin..<merges[index].split_end {
                unsafe item.split_begin = split
                unsafe item.split_end = split + 1
                unsafe item.parts = next
                unsafe items.append(item)
                unsafe next += Self.floats(item, arguments)
            }
        }
    }
}
