// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
package import VLLMTensors

/// Multi-head latent attention: what stands before and behind `attention`.
extension CPUBackend {
    package func splitLatent(
        queries: Tensor, latents: Tensor, _ options: LatentOptions, batch: StepBatch, numHeads: Int,
        cache: KVCache, layer: Int, contents: Tensor, keyed: Tensor
    ) {
        let spec = cache.specs[layer]
        let latent = spec.valueDim
        let content = queries.columns / numHeads - options.rotaryDim
        precondition(
            spec.numHeads == 1 && spec.headDim == latent + options.rotaryDim
                && latents.columns == spec.headDim && options.norm.weight.count == latent
                && contents.columns == numHeads * content && keyed.columns == numHeads * spec.headDim)
        var arguments = unsafe vllm_latent_args()
        unsafe arguments.q = UnsafePointer(bitPattern: queries.address)
        unsafe arguments.ldq = queries.stride
        unsafe arguments.kv = UnsafePointer(bitPattern: latents.address)
        unsafe arguments.ldkv = latents.stride
        unsafe arguments.heads = Int32(numHeads)
        unsafe arguments.content_dim = Int32(content)
        unsafe arguments.latent_dim = Int32(latent)
        unsafe arguments.rotary_dim = Int32(options.rotaryDim)
        unsafe arguments.rope = options.rotary.kernelStyle
        unsafe arguments.cos = options.cosines.pointer
        unsafe arguments.sin = options.sines.pointer
        unsafe arguments.norm = options.norm.weight.pointer
        unsafe arguments.epsilon = options.norm.epsilon
        unsafe arguments.content = contents.pointer
        unsafe arguments.ldc = contents.stride
        unsafe arguments.queries = keyed.pointer
        unsafe arguments.ldo = keyed.stride
        unsafe arguments.k_cache = UnsafeMutableRawPointer(bitPattern: cache.keyAddresses[layer])
        unsafe arguments.cache_dtype = spec.dtype.kernelType
        unsafe batch.positions.withUnsafeBufferPointer { positions in
            unsafe batch.slotMapping.withUnsafeBufferPointer { slots in
                unsafe arguments.positions = positions.baseAddress
                unsafe arguments.slots = slots.baseAddress
                unsafe withUnsafePointer(to: &arguments) { arguments in
                    forEachRowRange(queries.rows) { unsafe kernels.latent(arguments, $0, $1) }
                }
            }
        }
    }

    package func headwiseLinear(_ x: Tensor, _ heads: [PackedWeight], into output: Tensor) {
        guard let weight = heads.first else { return }
        let width = output.columns / heads.count
        precondition(
            x.columns == heads.count * weight.inputs && width >= weight.outputs && !weight.isGated
                && !KernelFormat(weight.format).isInteger)
        let first = Tensor(
            address: x.address, dtype: x.dtype, rows: x.rows, columns: weight.inputs, stride: x.stride)
        var arguments = unsafe arguments(first, weight, activation: .none)
        unsafe setOutput(of: &arguments, to: output, .store)
        unsafe expertProducts.removeAll(keepingCapacity: true)
        for (head, weight) in heads.enumerated() {
            var product = unsafe arguments
            unsafe product.weight = UnsafeRawPointer(bitPattern: weight.address)
            unsafe product.x = product.x.map { unsafe $0 + head * weight.inputs * x.dtype.size }
            unsafe product.out = product.out.map { unsafe $0 + head * width * output.dtype.size }
            unsafe expertProducts.append(product)
        }
        unsafe runProducts(panels: arguments.numPanels, rows: x.rows)
    }
}
