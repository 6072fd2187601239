// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import VLLMConformance

/// Sequences with random queries, keys and values, laid into a paged cache in any block order.
struct AttentionCase {
    struct Sequence {
        var queries: Int
        var context: Int
    }

    var heads = 4
    var kvHeads = 2
    var dim = 64
    var dtype = VLLM_DTYPE_BF16
    var softCap: Float = 0
    var window = 0
    var alibi: [Float] = []
    var outType = VLLM_DTYPE_F32
    var sequences: [Sequence] = []
    /// What unused and stale slots hold.
    var filler = Float.nan
    /// Values of the tokens from here on are infinite.
    var overflowFrom = Int.max
    /// The key of this token has no number in it.
    var brokenKey: Int?
    var scale: Float { 1 / Float(dim).squareRoot() }
    var queryType: vllm_dtype { dtype == VLLM_DTYPE_BF16 ? VLLM_DTYPE_BF16 : VLLM_DTYPE_F32 }

    func query(_ sequence: Int) -> [Float] {
        var numbers = Numbers(seed: UInt64(1000 + sequence))
        // Every position has its query, so that chunks of a sequence see the same ones.
        return numbers.floats(sequences[sequence].context * heads * dim, scale: 2).map {
            $0.rounded(to: queryType)
        }
    }

    /// [context, kvHeads, dim]
    func keys(_ sequence: Int) -> [Float] {
        var numbers = Numbers(seed: UInt64(2000 + sequence))
        var keys = numbers.floats(sequences[sequence].context * kvHeads * dim, scale: 2).map {
            $0.rounded(to: dtype)
        }
        if let brokenKey, brokenKey < sequences[sequence].context { keys[brokenKey * kvHeads * dim] = .nan }
        return keys
    }

    func values(_ sequence: Int) -> [Float] {
        var numbers = Numbers(seed: UInt64(3000 + sequence))
        var values = numbers.floats(sequences[sequence].context * kvHeads * dim).map { $0.rounded(to: dtype) }
        for index in values.indices.dropFirst(min(overflowFrom, sequences[sequence].context) * kvHeads * dim)
        {
            values[index] = .infinity
        }
        return values
    }

    /// Element of a key or value in the cache, by the layout that the header gives.
    func keyIndex(slot: Int, head: Int, d: Int) -> Int {
        let base = (slot / 16 * kvHeads + head) * dim * 16
        return dtype == VLLM_DTYPE_BF16
            ? base + (d / 2 * 16 + slot % 16) * 2 + d % 2 : base + d * 16 + slot % 16
    }

    func valueIndex(slot: Int, head: Int, d: Int) -> Int {
        let base = (slot / 16 * kvHeads + head) * dim * 16
        return dtype == VLLM_DTYPE_BF16
            ? base + (slot % 16 / 2 * dim + d) * 2 + slot % 2 : base + slot % 16 * dim + d
    }

    /// The outputs, [token][heads * dim], of the queries of each sequence in turn.
    /// Each sequence's queries are cut into work items of `tile`, nil taking the kernel's own, and of as many KV
    /// heads as an item may have, at most `headLimit`; with `isCut` each split is an item of its own.
    func run(
        _ set: InstructionSet, blockSize: Int = 16, shuffle: UInt64 = 1, tile: Int? = nil,
        headLimit: Int = .max, isCut: Bool = false
    ) -> [Float] {
        let cache = PagedCache(self, blockSize: blockSize, shuffle: shuffle)
        let total = sequences.reduce(0) { $0 + $1.queries }
        let width = heads * dim
        var rows: [Float] = []
        for (index, sequence) in sequences.enumerated() {
            rows += query(index).suffix(sequence.queries * width)
        }
        let q = Memory(rows, as: queryType)
        let out = Memory(bytes: total * width * (outType == VLLM_DTYPE_BF16 ? 2 : 4))
        let table = Memory(cache.tables.flatMap { $0 })
        let items = Memory(bytes: unsafe sequences.count * MemoryLayout<vllm_attention_sequence>.stride)
        var start = 0
        var tableStart = 0
        for (index, sequence) in sequences.enumerated() {
            let item = unsafe vllm_attention_sequence(
                q_start: Int32(start), q_len: Int32(sequence.queries), kv_len: Int32(sequence.context),
                block_table: UnsafePointer(table.pointer(to: Int32.self) + tableStart))
            unsafe items.pointer(to: vllm_attention_sequence.self)[index] = item
            start += sequence.queries
            tableStart += cache.tables[index].count
        }
        let slopes = Memory(alibi)
        var arguments = unsafe vllm_attention_args()
        unsafe arguments.q = UnsafeRawPointer(q.address)
        unsafe (arguments.ldq, arguments.ldo) = (width, width)
        unsafe arguments.k_cache = UnsafeRawPointer(cache.keys.address)
        unsafe arguments.v_cache = UnsafeRawPointer(cache.values.address)
        unsafe arguments.cache_dtype = dtype
        unsafe (arguments.heads, arguments.kv_heads, arguments.head_dim) = (
            Int32(heads), Int32(kvHeads), Int32(dim)
        )
        unsafe arguments.block_size = Int32(blockSize)
        unsafe (arguments.scale, arguments.soft_cap, arguments.window) = (scale, softCap, Int32(window))
        unsafe arguments.alibi = alibi.isEmpty ? nil : UnsafePointer(slopes.pointer(to: Float.self))
        unsafe arguments.out = out.address
        unsafe arguments.out_dtype = outType
        unsafe arguments.sequences = UnsafePointer(items.pointer(to: vllm_attention_sequence.self))
        let scratch = Memory(bytes: unsafe vllm_attention_scratch_bytes(&arguments))
        let step = tile ?? Int(unsafe vllm_attention_query_tile(&arguments))
        for (index, sequence) in sequences.enumerated() {
            for begin in stride(from: 0, to: sequence.queries, by: step) {
                let end = min(begin + step, sequence.queries)
                let most = unsafe vllm_attention_item_heads(&arguments, Int32(end - begin))
                let width = min(Int(most), headLimit)
                for head in stride(from: 0, to: kvHeads, by: width) {
                    let item = unsafe vllm_attention_item(
                        sequence: Int32(index), head_begin: Int32(head),
                        head_end: Int32(min(head + width, kvHeads)), query_begin: Int32(begin),
                        query_end: Int32(end), split_begin: 0,
                        split_end: Int32((sequence.context + 511) / 512), parts: nil)
                    unsafe attend(item, &arguments, set, scratch, isCut: isCut)
                }
            }
        }
        return out.floats(as: outType)
    }
}

private func attend(
    _ item: vllm_attention_item, _ arguments: inout vllm_attention_args, _ set: InstructionSet,
    _ scratch: Memory, isCut: Bool
) {
    var item = unsafe item
    guard isCut else {
        unsafe set.kernels.attention(&arguments, &item, scratch.address)
        return
    }
    let floats = Int(
        unsafe vllm_attention_part_floats(
            &arguments, item.query_end - item.query_begin, item.head_end - item.head_begin))
    let parts = Memory(bytes: unsafe floats * Int(item.split_end) * 4)
    // In falling order: no item may count on those before it.
    for split in unsafe (0..<item.split_end).reversed() {
        var part = unsafe item
        unsafe (part.split_begin, part.split_end) = (split, split + 1)
        unsafe part.parts = parts.pointer(to: Float.self) + floats * Int(split)
        unsafe set.kernels.attention(&arguments, &part, scratch.address)
    }
    unsafe item.parts = parts.pointer(to: Float.self)
    unsafe set.kernels.attention_merge(&arguments, &item, scratch.address)
}

/// The cache of an attention case: blocks in a shuffled order, filler everywhere else.
@safe final class PagedCache {
    let keys: Memory
    let values: Memory
    private(set) var tables: [[Int32]] = []

    init(_ item: AttentionCase, blockSize: Int, shuffle: UInt64) {
        let counts = item.sequences.map { ($0.context + blockSize - 1) / blockSize }
        let blocks = counts.reduce(0, +) + 2
        var order = (0..<Int32(blocks)).map { $0 }
        var numbers = Numbers(seed: shuffle)
        for i in stride(from: blocks - 1, to: 0, by: -1) { order.swapAt(i, numbers.below(i + 1)) }
        let elements = blocks * blockSize * item.kvHeads * item.dim
        let filler = [Float](repeating: item.filler, count: elements)
        keys = Memory(filler, as: item.dtype)
        values = Memory(filler, as: item.dtype)
        var next = 0
        for (index, count) in counts.enumerated() {
            tables.append(Array(order[next..<next + count]))
            next += count
            write(item, index, blockSize: blockSize)
        }
    }

    private func write(_ item: AttentionCase, _ sequence: Int, blockSize: Int) {
        let k = item.keys(sequence)
        let v = item.values(sequence)
        for token in 0..<item.sequences[sequence].context {
            let slot = Int(tables[sequence][token / blockSize]) * blockSize + token % blockSize
            for head in 0..<item.kvHeads {
                for d in 0..<item.dim {
                    let from = (token * item.kvHeads + head) * item.dim + d
                    put(k[from], in: keys, at: item.keyIndex(slot: slot, head: head, d: d), item.dtype)
                    put(v[from], in: values, at: item.valueIndex(slot: slot, head: head, d: d), item.dtype)
                }
            }
        }
    }

    private func put(_ value: Float, in memory: Memory, at index: Int, _ dtype: vllm_dtype) {
        switch dtype {
        case VLLM_DTYPE_BF16: memory.store(value.bf16, at: index)
        case VLLM_DTYPE_F16: memory.store(Float16(value).bitPattern, at: index)
        default: memory.store(value, at: index)
        }
    }
}
