// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
package import VLLMTensors

/// One piece of attention work: some queries of one sequence against one key/value head.
struct AttentionItem {
    let sequence: Int32
    let head: Int32
    let begin: Int32
    let end: Int32
}

extension CPUBackend {
    package func splitQueryKeyValue(
        _ qkv: Tensor, _ options: QueryKeyValueOptions, batch: StepBatch, numHeads: Int, cache: KVCache,
        layer: Int,
        into queries: Tensor
    ) {
        let spec = cache.specs[layer]
        precondition(qkv.rows == batch.positions.count && queries.columns == numHeads * spec.headDim)
        var arguments = unsafe vllm_qkv_args()
        unsafe arguments.qkv = UnsafePointer(bitPattern: qkv.address)
        unsafe arguments.ld = qkv.stride
        unsafe arguments.heads = Int32(numHeads)
        unsafe arguments.kv_heads = Int32(spec.numHeads)
        unsafe arguments.head_dim = Int32(spec.headDim)
        unsafe arguments.rope =
            switch options.rotary {
            case .none: VLLM_ROPE_NONE
            case .halves: VLLM_ROPE_HALF
            case .interleaved: VLLM_ROPE_INTERLEAVED
            }
        unsafe arguments.rotary_dim = Int32(options.rotaryDim)
        unsafe arguments.cos = options.cosines?.pointer
        unsafe arguments.sin = options.sines?.pointer
        unsafe arguments.q_norm = options.queryNorm?.pointer
        unsafe arguments.k_norm = options.keyNorm?.pointer
        unsafe arguments.epsilon = options.epsilon
        unsafe arguments.q = queries.pointer
        unsafe arguments.ldq = queries.stride
        unsafe arguments.k_cache = UnsafeMutableRawPointer(bitPattern: cache.keyAddresses[layer])
        unsafe arguments.v_cache = UnsafeMutableRawPointer(bitPattern: cache.valueAddresses[layer])
        unsafe arguments.cache_dtype = spec.dtype.kernelType
        unsafe batch.positions.withUnsafeBufferPointer { positions in
            unsafe batch.slotMapping.withUnsafeBufferPointer { slots in
                unsafe arguments.positions = positions.baseAddress
                unsafe arguments.slots = slots.baseAddress
                unsafe withUnsafePointer(to: &arguments) { arguments in
                    let grain = 8
                    let count = qkv.rows
                    pool.run(chunks: (count + grain - 1) / grain) { chunk, _ in
                        unsafe kernels.qkv(
                            arguments, Int32(chunk * grain), Int32(Swift.min(count, (chunk + 1) * grain)))
                    }
                }
            }
        }
    }

    package func attention(
        _ queries: Tensor, _ options: AttentionOptions, batch: StepBatch, numHeads: Int, cache: KVCache,
        layer: Int,
        into output: Tensor
    ) {
        let spec = cache.specs[layer]
        var arguments = unsafe vllm_attention_args()
        unsafe arguments.q = UnsafeRawPointer(queries.pointer)
        unsafe arguments.ldq = queries.stride
        unsafe arguments.k_cache = UnsafeRawPointer(bitPattern: cache.keyAddresses[layer])
        unsafe arguments.v_cache = UnsafeRawPointer(bitPattern: cache.valueAddresses[layer])
        unsafe arguments.cache_dtype = spec.dtype.kernelType
        unsafe arguments.heads = Int32(numHeads)
        unsafe arguments.kv_heads = Int32(spec.numHeads)
        unsafe arguments.head_dim = Int32(spec.headDim)
        unsafe arguments.block_size = Int32(cache.blockSize)
        unsafe arguments.scale = options.scale
        unsafe arguments.soft_cap = options.softCap
        unsafe arguments.window = Int32(options.window)
        unsafe arguments.alibi = options.alibiSlopes?.pointer
        unsafe arguments.out = output.pointer
        unsafe arguments.ldo = output.stride
        unsafe arguments.out_dtype = output.dtype.kernelType
        unsafe batch.blockTables.withUnsafeBufferPointer { tables in
            unsafe setSequences(of: batch, tables: tables)
            unsafe attentionSequences.withUnsafeBufferPointer { sequences in
                unsafe arguments.sequences = sequences.baseAddress
                unsafe runAttention(&arguments, batch: batch, kvHeads: spec.numHeads)
            }
        }
    }

    private func setSequences(of batch: StepBatch, tables: UnsafeBufferPointer<Int32>) {
        unsafe attentionSequences.removeAll(keepingCapacity: true)
        for span in batch.sequences {
            unsafe attentionSequences.append(
                vllm_attention_sequence(
                    q_start: span.queryStart, q_len: span.queryLength, kv_len: span.contextLength,
                    block_table: tables.baseAddress.map { unsafe $0 + Int(span.blockTableStart) }))
        }
    }

    private func runAttention(_ arguments: inout vllm_attention_args, batch: StepBatch, kvHeads: Int) {
        unsafe withUnsafePointer(to: &arguments) { arguments in
            let tile = unsafe vllm_attention_query_tile(arguments)
            let scratchSize = unsafe vllm_attention_scratch_bytes(arguments)
            listAttentionItems(batch, tile: tile, kvHeads: Int32(kvHeads))
            let scratches = unsafe scratch.indices.map { unsafe scratch[$0].pointer(size: scratchSize) }
            pool.run(chunks: attentionItems.count) { chunk, thread in
                let item = attentionItems[chunk]
                unsafe kernels.attention(
                    arguments, item.sequence, item.head, item.begin, item.end, scratches[thread])
            }
        }
    }

    /// The last queries of a prefill see the most: they come first, so that no thread ends late.
    private func listAttentionItems(_ batch: StepBatch, tile: Int32, kvHeads: Int32) {
        attentionItems.removeAll(keepingCapacity: true)
        for (index, span) in batch.sequences.enumerated() {
            var end = span.queryLength
            while end > 0 {
                let begin = Swift.max(0, (end - 1) / tile * tile)
                for head in 0..<kvHeads {
                    attentionItems.append(
                        AttentionItem(sequence: Int32(index), head: head, begin: begin, end: end))
                }
                end = begin
            }
        }
    }

    package func copyBlocks(_ copies: [(from: Int32, to: Int32)], in cache: KVCache) {
        for (layer, spec) in cache.specs.enumerated() {
            let size = cache.blockSize * spec.bytesPerToken / 2
            for base in [cache.keyAddresses[layer], cache.valueAddresses[layer]] {
                for copy in copies {
                    guard
                        let target = unsafe UnsafeMutableRawPointer(
                            bitPattern: base + UInt(Int(copy.to) * size)),
                        let source = unsafe UnsafeRawPointer(bitPattern: base + UInt(Int(copy.from) * size))
                    else { continue }
                    unsafe target.copyMemory(from: source, byteCount: size)
                }
            }
        }
    }
}
