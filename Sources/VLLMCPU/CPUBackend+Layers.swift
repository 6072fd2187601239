// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
package import VLLMTensors

extension Tensor {
    var pointer: UnsafeMutableRawPointer? { unsafe UnsafeMutableRawPointer(bitPattern: address) }
}

extension PackedVector {
    var pointer: UnsafePointer<Float>? { unsafe UnsafePointer(bitPattern: address) }
}

extension vllm_linear_args {
    /// Panels of the weight.
    var numPanels: Int { unsafe (Int(n) + Int(VLLM_PANEL) - 1) / Int(VLLM_PANEL) }
}

extension CPUBackend {
    /// Rows a thread takes at once in operations whose rows are independent and cheap.
    private static let rowGrain = 16
    /// Rows that one thread rounds by itself.
    private static let fewRows = 4

    /// Runs the body over ranges of rows.
    func forEachRowRange(_ count: Int, _ body: (_ begin: Int32, _ end: Int32) -> Void) {
        let grain = Self.rowGrain
        pool.run(chunks: (count + grain - 1) / grain) { chunk, _ in
            body(Int32(chunk * grain), Int32(Swift.min(count, (chunk + 1) * grain)))
        }
    }

    package func embed(_ ids: [Int32], from weight: PackedWeight, into output: Tensor, accumulate: Bool) {
        precondition(ids.count <= output.rows && weight.inputs <= output.stride)
        let runs = weight.runs.map { (format: KernelFormat($0.format), run: $0) }
        let width = weight.inputs
        forEachRowRange(ids.count) { begin, end in
            var sum = [Float](repeating: 0, count: accumulate ? width : 0)
            for index in Int(begin)..<Int(end) {
                var (row, at) = (Int(ids[index]), 0)
                while at + 1 < runs.count, row >= runs[at].run.outputs {
                    row -= runs[at].run.outputs
                    at += 1
                }
                let format = runs[at].format
                guard
                    let target = unsafe UnsafeMutablePointer<Float>(
                        bitPattern: output.address + UInt(index * output.stride * 4)),
                    let source = unsafe UnsafeRawPointer(
                        bitPattern: weight.address + UInt(runs[at].run.offset))
                else { return }
                guard accumulate else {
                    unsafe format.unpack(source, row: Int32(row), inputs: width, into: target)
                    continue
                }
                unsafe sum.withUnsafeMutableBufferPointer { sum in
                    guard let base = sum.baseAddress else { return }
                    unsafe format.unpack(source, row: Int32(row), inputs: width, into: base)
                }
                for column in 0..<width { unsafe target[column] += sum[column] }
            }
        }
    }

    package func linear(
        _ x: Tensor, _ weight: PackedWeight, bias: PackedVector?, activation: Activation,
        output mode: LinearOutput,
        into output: Tensor
    ) {
        guard weight.runs.count > 1 else {
            var arguments = unsafe arguments(x, weight, activation: activation)
            unsafe arguments.bias = bias?.pointer
            unsafe setOutput(of: &arguments, to: output, mode)
            unsafe run(&arguments)
            return
        }
        unsafe linearProducts.removeAll(keepingCapacity: true)
        var column = 0
        for (index, run) in weight.runs.enumerated() {
            var product = unsafe arguments(x, weight, run: index, activation: activation)
            unsafe product.bias = bias?.pointer.map { unsafe $0 + column }
            unsafe setOutput(of: &product, to: output, mode)
            unsafe product.out = product.out.map { unsafe $0 + column * output.dtype.size }
            unsafe linearProducts.append(product)
            column += run.outputs
        }
        unsafe runSideBySide(linearProducts)
    }

    /// The arguments of a product with a run of a weight, its activations rounded where that asks for it; output and
    /// bias are to be set.
    func arguments(
        _ x: Tensor, _ weight: PackedWeight, run index: Int = 0, activation: Activation
    ) -> vllm_linear_args {
        let run = weight.runs[index]
        let format = KernelFormat(run.format)
        precondition(x.columns == weight.inputs && format.takes(x.dtype))
        let columns = weight.isGated ? run.outputs / 2 : run.outputs
        let panel = Int(VLLM_PANEL)
        let panels = (columns + panel - 1) / panel * (weight.isGated ? 2 : 1)
        var arguments = unsafe vllm_linear_args()
        unsafe arguments.x = UnsafeRawPointer(x.pointer)
        unsafe arguments.ldx = x.stride
        unsafe arguments.weight = UnsafeRawPointer(bitPattern: weight.address + UInt(run.offset))
        unsafe arguments.weight_dtype = format.dtype
        unsafe arguments.group = Int32(format.group)
        if format.isInteger { unsafe round(x, format, &arguments, for: index) }
        unsafe arguments.m = Int32(x.rows)
        unsafe arguments.n = Int32(weight.isGated ? panels * panel : run.outputs)
        unsafe arguments.k = Int32(weight.inputs)
        unsafe arguments.activation = activation.kernelActivation
        unsafe arguments.gated = weight.isGated ? 1 : 0
        unsafe arguments.out_columns = Int32(columns)
        return unsafe arguments
    }

    /// Says where a product goes, and what becomes of what is there.
    func setOutput(of arguments: inout vllm_linear_args, to output: Tensor, _ mode: LinearOutput) {
        switch mode {
        case .store: unsafe arguments.output = output.dtype == .bfloat16 ? VLLM_OUT_BF16 : VLLM_OUT_F32
        case .add: unsafe arguments.output = VLLM_OUT_ADD
        case .addScaled(let factors):
            precondition(factors.dtype == .float32 && factors.stride == 1)
            unsafe arguments.output = VLLM_OUT_ADD
            unsafe arguments.row_factors = UnsafePointer(bitPattern: factors.address)
        }
        unsafe arguments.out = output.pointer
        unsafe arguments.ldo = output.stride
    }

    /// Rounds activations to whole numbers and names them in the arguments of a product.
    ///
    /// A few rows take less time than waking the other threads does.
    ///
    /// - Parameter index: of the run of the weight; each has activations of its own, for zeros and groups may differ.
    func round(
        _ x: Tensor, _ format: KernelFormat, _ arguments: inout vllm_linear_args, for index: Int = 0
    ) {
        let groups = format.groups(inputs: x.columns)
        while rounded.count <= index { rounded.append(RoundedActivations()) }
        let memory = rounded[index].reserve(rows: x.rows, inputs: x.columns, groups: groups)
        var rounding = unsafe vllm_quantize_args()
        unsafe rounding.x = UnsafeRawPointer(x.pointer)
        unsafe rounding.ldx = x.stride
        unsafe rounding.x_dtype = x.dtype.kernelType
        unsafe rounding.k = Int32(x.columns)
        unsafe rounding.group = Int32(format.group)
        unsafe rounding.zero = Int32(format.zero)
        unsafe rounding.q = memory.codes
        unsafe rounding.ldq = memory.stride
        unsafe rounding.scales = memory.scales
        unsafe rounding.offsets = memory.offsets
        unsafe rounding.ld_offsets = groups
        unsafe withUnsafePointer(to: &rounding) { rounding in
            if x.rows <= Self.fewRows {
                unsafe kernels.quantize(rounding, 0, Int32(x.rows))
            } else {
                forEachRowRange(x.rows) { unsafe kernels.quantize(rounding, $0, $1) }
            }
        }
        unsafe memory.name(in: &arguments, groups: groups)
    }

    private func run(_ arguments: inout vllm_linear_args) {
        let rows = unsafe arguments.m
        let panels = unsafe arguments.numPanels
        unsafe withUnsafePointer(to: &arguments) { arguments in
            let grain = unsafe Int(vllm_linear_panel_grain(arguments, Int32(pool.count)))
            pool.run(chunks: (panels + grain - 1) / grain) { chunk, _ in
                unsafe kernels.linear(
                    arguments, Int32(chunk * grain), Int32(Swift.min(panels, (chunk + 1) * grain)), 0, rows)
            }
        }
    }

    /// Computes products of which none waits for another.
    private func runSideBySide(_ products: [vllm_linear_args]) {
        unsafe products.withUnsafeBufferPointer { products in
            var (grains, ends) = ([Int](), [Int]())
            for index in products.indices {
                let product = unsafe products.baseAddress.map { unsafe $0 + index }
                let grain = unsafe Int(vllm_linear_panel_grain(product, Int32(pool.count)))
                let chunks = unsafe (products[index].numPanels + grain - 1) / grain
                grains.append(grain)
                ends.append((ends.last ?? 0) + chunks)
            }
            pool.run(chunks: ends.last ?? 0) { [grains, ends] chunk, _ in
                guard let index = ends.firstIndex(where: { chunk < $0 }),
                    let product = unsafe products.baseAddress.map({ unsafe $0 + index })
                else { return }
                let begin = (chunk - (index > 0 ? ends[index - 1] : 0)) * grains[index]
                let end = unsafe Swift.min(product.pointee.numPanels, begin + grains[index])
                unsafe kernels.linear(product, Int32(begin), Int32(end), 0, product.pointee.m)
            }
        }
    }

    package func norm(_ x: Tensor, _ norm: Norm, into output: Tensor) {
        run(x, norm, into: output, adds: false)
    }

    package func norm(_ x: Tensor, _ norm: Norm, addingTo output: Tensor) {
        precondition(output.dtype == .float32, "norms are added to float32, not to \(output.dtype)")
        run(x, norm, into: output, adds: true)
    }

    private func run(_ x: Tensor, _ norm: Norm, into output: Tensor, adds: Bool) {
        precondition(x.dtype == .float32 && norm.weight.count == x.columns && output.rows >= x.rows)
        var arguments = unsafe vllm_norm_args()
        unsafe arguments.x = UnsafePointer(bitPattern: x.address)
        unsafe arguments.ldx = x.stride
        unsafe arguments.n = Int32(x.columns)
        unsafe arguments.weight = norm.weight.pointer
        unsafe arguments.bias = norm.bias?.pointer
        unsafe arguments.epsilon = norm.epsilon
        unsafe arguments.layer_norm = norm.kind == .layer ? 1 : 0
        unsafe arguments.add = adds ? 1 : 0
        unsafe arguments.out = output.pointer
        unsafe arguments.ldo = output.stride
        unsafe arguments.out_dtype = output.dtype.kernelType
        unsafe withUnsafePointer(to: &arguments) { arguments in
            forEachRowRange(x.rows) { unsafe kernels.norm(arguments, $0, $1) }
        }
    }

    package func scale(_ x: Tensor, by factor: Float, softCap: Float) {
        precondition(x.dtype == .float32 && softCap >= 0)
        forEachRowRange(x.rows) { begin, end in
            for row in Int(begin)..<Int(end) {
                unsafe kernels.scale(
                    UnsafeMutablePointer(bitPattern: x.address + UInt(row * x.stride * 4)), x.columns, factor,
                    softCap)
            }
        }
    }

    package func convert(_ x: Tensor, into output: Tensor) {
        precondition(x.dtype == .float32 && x.columns == output.columns && output.rows >= x.rows)
        forEachRowRange(x.rows) { begin, end in
            for row in Int(begin)..<Int(end) {
                unsafe kernels.convert(
                    UnsafeMutableRawPointer(
                        bitPattern: output.address + UInt(row * output.stride * output.dtype.size)),
                    output.dtype.kernelType,
                    UnsafePointer(bitPattern: x.address + UInt(row * x.stride * 4)), x.columns)
            }
        }
    }

    package func gather(_ rows: [Int32], of x: Tensor, into output: Tensor) {
        precondition(rows.count <= output.rows && x.columns == output.columns && x.dtype == output.dtype)
        for (index, row) in rows.enumerated() {
            precondition(row >= 0 && Int(row) < x.rows, "row \(row) of \(x.rows)")
            guard
                let target = unsafe UnsafeMutableRawPointer(
                    bitPattern: output.address + UInt(index * output.stride * output.dtype.size)),
                let source = unsafe UnsafeRawPointer(
                    bitPattern: x.address + UInt(Int(row) * x.stride * x.dtype.size))
            else { return }
            unsafe target.copyMemory(from: source, byteCount: x.columns * x.dtype.size)
        }
    }
}
