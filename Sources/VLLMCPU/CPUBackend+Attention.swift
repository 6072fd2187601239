// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
package import VLLMTensors

extension RotaryStyle {
    /// The kernels' name of the style.
    var kernelStyle: vllm_rope {
        switch self {
        case .none: VLLM_ROPE_NONE
        case .halves: VLLM_ROPE_HALF
        case .interleaved: VLLM_ROPE_INTERLEAVED
        }
    }
}

extension CPUBackend {
    package func splitQueryKeyValue(
        _ qkv: Tensor, _ options: QueryKeyValueOptions, batch: StepBatch, numHeads: Int, cache: KVCache,
        layer: Int,
        into queries: Tensor
    ) {
        let spec = cache.specs[layer]
        precondition(qkv.rows == batch.positions.count && queries.columns == numHeads * spec.headDim)
        precondition(spec.valuePrefix == nil, "values are with the keys")
        var arguments = unsafe vllm_qkv_args()
        unsafe arguments.qkv = UnsafePointer(bitPattern: qkv.address)
        unsafe arguments.ld = qkv.stride
        unsafe arguments.heads = Int32(numHeads)
        unsafe arguments.kv_heads = Int32(spec.numHeads)
        unsafe arguments.head_dim = Int32(spec.headDim)
        unsafe arguments.rope = options.rotary.kernelStyle
        unsafe arguments.rotary_dim = Int32(options.rotaryDim)
        unsafe arguments.cos = options.cosines?.pointer
        unsafe arguments.sin = options.sines?.pointer
        unsafe arguments.q_norm = options.queryNorm?.pointer
        unsafe arguments.k_norm = options.keyNorm?.pointer
        unsafe arguments.q_norm_stride = Self.normStride(options.queryNorm, heads: numHeads, spec.headDim)
        unsafe arguments.k_norm_stride = Self.normStride(options.keyNorm, heads: spec.numHeads, spec.headDim)
        unsafe arguments.layer_norm = options.normKind == .layer ? 1 : 0
        unsafe arguments.norm_all_heads = options.normExtent == .allHeads ? 1 : 0
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

    /// How far the norm's weights of one head are from those of the next.
    private static func normStride(_ weights: PackedVector?, heads: Int, _ headDim: Int) -> Int32 {
        guard let weights, weights.count != headDim else { return 0 }
        precondition(
            weights.count == heads * headDim, "\(weights.count) weights for \(heads) heads of \(headDim)")
        return Int32(headDim)
    }

    package func attention(
        _ queries: Tensor, _ options: AttentionOptions, batch: StepBatch, numHeads: Int, cache: KVCache,
        layer: Int,
        into output: Tensor
    ) {
        let spec = cache.specs[layer]
        precondition(queries.columns == numHeads * spec.headDim && output.columns == numHeads * spec.valueDim)
        var arguments = unsafe vllm_attention_args()
        unsafe arguments.q = UnsafeRawPointer(queries.pointer)
        unsafe arguments.ldq = queries.stride
        unsafe arguments.k_cache = UnsafeRawPointer(bitPattern: cache.keyAddresses[layer])
        unsafe arguments.v_cache = UnsafeRawPointer(bitPattern: cache.valueAddresses[layer])
        unsafe arguments.cache_dtype = spec.dtype.kernelType
        unsafe arguments.heads = Int32(numHeads)
        unsafe arguments.kv_heads = Int32(spec.numHeads)
        unsafe arguments.head_dim = Int32(spec.headDim)
        unsafe arguments.latent_dim = Int32(spec.valuePrefix ?? 0)
        unsafe arguments.block_size = Int32(cache.blockSize)
        unsafe arguments.scale = options.scale
        unsafe arguments.soft_cap = options.softCap
        unsafe arguments.window = Int32(options.window)
        unsafe arguments.alibi = options.alibiSlopes?.pointer
        unsafe arguments.sinks = options.sinks?.pointer
        unsafe arguments.out = output.pointer
        unsafe arguments.ldo = output.stride
        unsafe arguments.out_dtype = output.dtype.kernelType
        unsafe batch.blockTables.withUnsafeBufferPointer { tables in
            unsafe setSequences(of: batch, tables: tables)
            unsafe attentionSequences.withUnsafeBufferPointer { sequences in
                unsafe arguments.sequences = sequences.baseAddress
                unsafe runAttention(&arguments, batch: batch)
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

    private func runAttention(_ arguments: inout vllm_attention_args, batch: StepBatch) {
        unsafe withUnsafePointer(to: &arguments) { arguments in
            unsafe attentionPlan.make(batch, arguments, threads: numThreads)
            let size = unsafe vllm_attention_scratch_bytes(arguments)
            let kernels = self.kernels
            unsafe run(attentionPlan.items, scratchSize: size) { item, scratch in
                unsafe kernels.attention(arguments, item, scratch)
            }
            unsafe run(attentionPlan.merges, scratchSize: size) { item, scratch in
                unsafe kernels.attention_merge(arguments, item, scratch)
            }
        }
    }

    private func run(
        _ items: [vllm_attention_item], scratchSize: Int,
        _ body: (UnsafePointer<vllm_attention_item>, _ scratch: UnsafeMutableRawPointer) -> Void
    ) {
        unsafe items.withUnsafeBufferPointer { items in
            unsafe scratch.withUnsafeMutableBufferPointer { scratch in
                guard let first = items.baseAddress else { return }
                pool.run(chunks: items.count) { chunk, thread in
                    unsafe body(first + chunk, scratch[thread].pointer(size: scratchSize))
                }
            }
        }
    }

    package func copyBlocks(_ copies: [(from: Int32, to: Int32)], in cache: KVCache) {
        for (layer, spec) in cache.specs.enumerated() {
            let parts = [
                (cache.keyAddresses[layer], cache.blockSize * spec.keyBytesPerToken),
                (cache.valueAddresses[layer], cache.blockSize * spec.valueBytesPerToken),
            ]
            for (base, size) in parts where size > 0 {
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
