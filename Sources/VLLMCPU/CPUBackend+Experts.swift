// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
package import VLLMTensors

/// Products with the weights of the experts that a step's tokens go to; the others are not touched.
///
/// An element's bits depend on its token alone: the kernels' sums do not depend on which rows are beside it, and what
/// experts add to an output is added by one thread, in rising order of their index.
///
/// Activations are copied by expert, so that kernels find plain matrices. The way down needs no matrix
/// [tokens × expertsPerToken, outputs] between the experts and the residual stream, for a thread has some columns of
/// all experts.
extension CPUBackend {
    /// Pieces a thread that the panels of all experts are cut into.
    private static let piecesPerThread = 16

    package func groupedLinear(
        _ x: Tensor, _ experts: PackedExperts, _ routing: Routing, activation: Activation, into hidden: Tensor
    ) {
        precondition(hidden.rows == x.rows * routing.options.numExpertsPerToken)
        var arguments = unsafe arguments(x, experts.weights[0], activation: activation)
        unsafe setOutput(of: &arguments, to: hidden, .store)
        // A token alone is every expert's row.
        let isGathered = x.rows > 1
        if isGathered { unsafe gather(x, experts.weights[0].format, routing, &arguments) }
        unsafe listProducts(arguments, experts, routing) { product, begin in
            if isGathered { unsafe product.skipInputs(begin) }
            unsafe product.out = product.out.map { unsafe $0 + begin * hidden.stride * hidden.dtype.size }
        }
        unsafe runProducts(panels: arguments.numPanels, rows: x.rows)
    }

    /// Runs the listed products, whose outputs are apart, on all threads.
    ///
    /// - Parameter rows: about as many as a product has.
    func runProducts(panels: Int, rows: Int) {
        let count = unsafe expertProducts.count
        let pieces = Swift.max(1, (Self.piecesPerThread * pool.count + count - 1) / Swift.max(1, count))
        // Whole tiles for few rows (eight panels) and for many (three pairs).
        let width = rows <= 4 ? 8 : 6
        let grain = ((panels + pieces - 1) / pieces + width - 1) / width * width
        let chunks = (panels + grain - 1) / grain
        unsafe expertProducts.withUnsafeBufferPointer { products in
            pool.run(chunks: count * chunks) { chunk, _ in
                let (index, piece) = chunk.quotientAndRemainder(dividingBy: chunks)
                guard let product = unsafe products.baseAddress.map({ unsafe $0 + index }) else { return }
                unsafe kernels.linear(
                    product, Int32(piece * grain), Int32(Swift.min(panels, (piece + 1) * grain)), 0,
                    product.pointee.m)
            }
        }
    }

    package func groupedLinear(
        _ hidden: Tensor, _ experts: PackedExperts, _ routing: Routing, addingTo output: Tensor
    ) {
        precondition(hidden.rows == output.rows * routing.options.numExpertsPerToken)
        var arguments = unsafe arguments(hidden, experts.weights[0], activation: .none)
        unsafe setOutput(of: &arguments, to: output, .add)
        unsafe arguments.out_rows = UnsafePointer(bitPattern: routing.rows.address)
        unsafe arguments.row_factors = UnsafePointer(bitPattern: routing.rowWeights.address)
        unsafe listProducts(arguments, experts, routing) { product, begin in
            unsafe product.skipInputs(begin)
            unsafe product.out_rows = product.out_rows.map { unsafe $0 + begin }
            unsafe product.row_factors = product.row_factors.map { unsafe $0 + begin }
        }
        let panels = unsafe arguments.numPanels
        unsafe expertProducts.withUnsafeBufferPointer { products in
            guard let first = products.baseAddress, !products.isEmpty else { return }
            let grain = unsafe Int(vllm_linear_panel_grain(first, Int32(pool.count)))
            // A chunk is some columns of all experts, one after the other: nobody else adds to them.
            pool.run(chunks: (panels + grain - 1) / grain) { chunk, _ in
                for index in products.indices {
                    unsafe kernels.linear(
                        first + index, Int32(chunk * grain), Int32(Swift.min(panels, (chunk + 1) * grain)), 0,
                        products[index].m)
                }
            }
        }
    }

    /// Lists the product of each expert that has rows, in rising order, made from the product of all rows.
    private func listProducts(
        _ arguments: vllm_linear_args, _ experts: PackedExperts, _ routing: Routing,
        narrow: (_ product: inout vllm_linear_args, _ begin: Int) -> Void
    ) {
        precondition(experts.weights.count == routing.options.numExperts)
        unsafe expertProducts.removeAll(keepingCapacity: true)
        guard let starts = unsafe UnsafePointer<Int32>(bitPattern: routing.starts.address) else { return }
        for (expert, weight) in experts.weights.enumerated() {
            let begin = unsafe starts[expert]
            let count = unsafe starts[expert + 1] - begin
            guard count > 0 else { continue }
            var product = unsafe arguments
            unsafe product.weight = UnsafeRawPointer(bitPattern: weight.address)
            unsafe product.bias = experts.biases.isEmpty ? nil : experts.biases[expert].pointer
            unsafe product.m = count
            unsafe narrow(&product, Int(begin))
            unsafe expertProducts.append(product)
        }
    }

    /// Copies the activations that a product would take into the order of the experts' rows.
    ///
    /// They are rounded already: once a token, not once an expert.
    private func gather(
        _ x: Tensor, _ format: WeightFormat, _ routing: Routing, _ arguments: inout vllm_linear_args
    ) {
        let count = x.rows * routing.options.numExpertsPerToken
        guard let rows = unsafe UnsafePointer<Int32>(bitPattern: routing.rows.address),
            let base = unsafe UnsafeMutableRawPointer(bitPattern: routing.gathered),
            let source = unsafe arguments.x
        else { return }
        let format = KernelFormat(format)
        guard format.isInteger else {
            let stride = Self.stride(x.columns, elementSize: x.dtype.size)
            precondition(count * stride * x.dtype.size <= routing.gatheredSize)
            let bytes = x.columns * x.dtype.size
            forEachRowRange(count) { begin, end in
                for row in Int(begin)..<Int(end) {
                    let from = unsafe source + Int(rows[row]) * x.stride * x.dtype.size
                    unsafe (base + row * stride * x.dtype.size).copyMemory(from: from, byteCount: bytes)
                }
            }
            unsafe arguments.x = UnsafeRawPointer(base)
            unsafe arguments.ldx = stride
            return
        }
        let groups = format.groups(inputs: x.columns)
        precondition(
            RoundedActivations.Parts.size(rows: count, inputs: x.columns, groups: groups)
                <= routing.gatheredSize)
        let parts = unsafe RoundedActivations.Parts(in: base, rows: count, inputs: x.columns, groups: groups)
        guard let scales = unsafe arguments.x_scales, let offsets = unsafe arguments.x_offsets else { return }
        forEachRowRange(count) { begin, end in
            for row in Int(begin)..<Int(end) {
                let token = unsafe Int(rows[row])
                unsafe UnsafeMutableRawPointer(parts.codes + row * parts.stride)
                    .copyMemory(from: source + token * parts.stride, byteCount: parts.stride)
                unsafe parts.scales[row] = scales[token]
                unsafe (parts.offsets + row * groups).update(from: offsets + token * groups, count: groups)
            }
        }
        unsafe parts.name(in: &arguments, groups: groups)
    }
}

extension vllm_linear_args {
    /// Leaves out the first rows of activations.
    fileprivate mutating func skipInputs(_ rows: Int) {
        let elementSize =
            unsafe weight_dtype.rawValue >= VLLM_DTYPE_I8.rawValue
            ? 1 : weight_dtype == VLLM_DTYPE_BF16 ? 2 : 4
        unsafe x = x.map { unsafe $0 + rows * ldx * elementSize }
        unsafe x_scales = x_scales.map { unsafe $0 + rows }
        unsafe x_offsets = x_offsets.map { unsafe $0 + rows * ld_offsets }
    }
}
