// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
package import VLLMTensors

extension CPUBackend {
    package func makeRouting(
        _ options: RoutingOptions, tokens: Int, inputs: Int, intermediate: Int, activations: DType,
        weights: WeightFormat
    ) throws(DeviceError) -> Routing {
        guard options.isValid else {
            throw DeviceError(
                "a token cannot go to \(options.numExpertsPerToken) of \(options.numExperts) experts.")
        }
        let rows = tokens * options.numExpertsPerToken
        func line(_ count: Int, _ dtype: DType) throws(DeviceError) -> Tensor {
            try allocate(rows: 1, columns: count, dtype: dtype)
        }
        let perToken = options.numExpertsPerToken
        let format = KernelFormat(weights)
        // Layers of one model may differ in their groups, which are of 16 at least.
        func mostGroups(_ inputs: Int) -> Int { format.group == 0 ? 1 : (inputs + 15) / 16 }
        let size =
            format.isInteger
            ? RoundedActivations.Parts.size(
                rows: rows, inputs: inputs, groups: mostGroups(inputs))
            : rows * Self.stride(inputs, elementSize: activations.size) * activations.size
        if format.isInteger {
            // The first large step would take it else.
            _ = rounded[0].reserve(rows: rows, inputs: intermediate, groups: mostGroups(intermediate))
        }
        unsafe expertProducts.reserveCapacity(options.numExperts)
        return Routing(
            options: options,
            experts: try line(rows, .int32).reshaped(rows: tokens, columns: perToken),
            weights: try line(rows, .float32).reshaped(rows: tokens, columns: perToken),
            starts: try line(options.numExperts + 1, .int32), rows: try line(rows, .int32),
            rowWeights: try line(rows, .float32), gathered: try allocateBuffer(size), gatheredSize: size)
    }

    package func route(_ logits: Tensor, bias: PackedVector?, into routing: Routing) {
        let options = routing.options
        precondition(
            logits.dtype == .float32 && logits.columns == options.numExperts
                && logits.rows <= routing.experts.rows && bias?.count ?? options.numExperts == logits.columns)
        var arguments = unsafe vllm_route_args()
        unsafe arguments.logits = UnsafePointer(bitPattern: logits.address)
        unsafe arguments.ld_logits = logits.stride
        unsafe arguments.experts = Int32(options.numExperts)
        unsafe arguments.k = Int32(options.numExpertsPerToken)
        unsafe arguments.score = options.score == .softmax ? VLLM_SCORE_SOFTMAX : VLLM_SCORE_SIGMOID
        unsafe arguments.bias = bias?.pointer
        unsafe arguments.groups = Int32(options.groups?.count ?? 1)
        unsafe arguments.chosen_groups = Int32(options.groups?.chosen ?? 1)
        unsafe arguments.group_pairs = options.groups?.score == .sumOfTwoLargest ? 1 : 0
        unsafe arguments.normalize = options.normalizes ? 1 : 0
        unsafe arguments.scale = options.scale
        unsafe arguments.ids = UnsafeMutablePointer(bitPattern: routing.experts.address)
        unsafe arguments.weights = UnsafeMutablePointer(bitPattern: routing.weights.address)
        unsafe arguments.starts = UnsafeMutablePointer(bitPattern: routing.starts.address)
        unsafe arguments.rows = UnsafeMutablePointer(bitPattern: routing.rows.address)
        unsafe arguments.row_weights = UnsafeMutablePointer(bitPattern: routing.rowWeights.address)
        unsafe withUnsafePointer(to: &arguments) { arguments in
            forEachRowRange(logits.rows) { unsafe kernels.route(arguments, $0, $1) }
            unsafe vllm_group_rows(arguments, Int32(logits.rows))
        }
    }
}
