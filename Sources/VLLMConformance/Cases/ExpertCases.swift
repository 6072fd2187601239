// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Layers of experts: who goes to whom is computed in double precision, what an expert gives by plain linear layers.
enum ExpertCases {
    /// Enough to choose from; inputs and intermediate are whole groups of every format.
    private static let numExperts = 6
    private static let perToken = 2
    private static func inputs(of format: WeightFormat) -> Int { format.wholeInputs(128) }

    static var groups: [ConformanceGroup] {
        WeightFormat.all.map { format in
            let dtype = LinearCases.inputTypes(of: format)[0]
            let cases = [1, 3, 21].map { tokens in
                ConformanceCase("\(tokens) tokens of \(dtype.label)") { backend, result throws(DeviceError) in
                    try check(backend, format, dtype, tokens: tokens, &result)
                }
            }
            return ConformanceGroup(.experts, format.label, cases)
        }
    }

    private static func check(
        _ backend: any Backend, _ format: WeightFormat, _ dtype: DType, tokens: Int,
        _ result: inout Comparison
    ) throws(DeviceError) {
        var numbers = Numbers(seed: 23)
        let inputs = inputs(of: format)
        let intermediate = inputs
        var (up, down): ([PackedWeight], [PackedWeight]) = ([], [])
        for _ in 0..<numExperts {
            let (gates, rows) = (
                numbers.floats(2 * intermediate * inputs), numbers.floats(inputs * intermediate)
            )
            up.append(
                try backend.weight(
                    gates, inputs: inputs, stored: format.stored, format: format, isGated: true))
            down.append(
                try backend.weight(
                    rows, inputs: intermediate, stored: format.stored, format: format))
        }
        let values = numbers.floats(tokens * inputs).map { $0.rounded(to: dtype) }
        let x = try backend.matrix(values, rows: tokens, columns: inputs, dtype: dtype)
        let logits = numbers.floats(tokens * numExperts, scale: 3)
        let before = numbers.floats(tokens * inputs)
        let output = try backend.matrix(before, rows: tokens, columns: inputs)
        let hidden = try backend.unwritten(rows: tokens * perToken, columns: intermediate, dtype: dtype)
        let routing = try backend.makeRouting(
            RoutingOptions(numExperts: numExperts, numExpertsPerToken: perToken, normalizes: true),
            tokens: tokens, inputs: inputs, intermediate: intermediate, activations: dtype, weights: format)
        backend.route(
            try backend.matrix(logits, rows: tokens, columns: numExperts), bias: nil, into: routing)
        backend.groupedLinear(x, PackedExperts(weights: up), routing, activation: .silu, into: hidden)
        backend.groupedLinear(hidden, PackedExperts(weights: down), routing, addingTo: output)
        let found = backend.read(output)
        for token in 0..<tokens {
            let row = try backend.matrix(
                Array(values[token * inputs..<(token + 1) * inputs]), rows: 1, columns: inputs, dtype: dtype)
            var answers: [(Double, [Float])] = []
            for (expert, weight) in weights(Array(logits[token * numExperts..<(token + 1) * numExperts])) {
                answers.append((weight, try answer(backend, row, up[expert], down[expert], dtype)))
            }
            for column in 0..<inputs {
                let start = Double(before[token * inputs + column])
                let parts = answers.map { $0 * Double($1[column]) }
                // A weight is off by some ten roundings, each sum by one.
                let magnitude = abs(start) + parts.reduce(0) { $0 + abs($1) }
                result.expect(
                    found[token * inputs + column],
                    Bounded(start + parts.reduce(0, +), tolerance: 20 * RoundingError.float32 * magnitude),
                    "element (\(token), \(column))")
            }
        }
    }

    /// A token's experts and the softmax over them.
    private static func weights(_ logits: [Float]) -> [(expert: Int, weight: Double)] {
        let best = logits.indices.sorted { logits[$0] > logits[$1] }.prefix(perToken)
        let powers = best.map { exp(Double(logits[$0])) }
        let sum = powers.reduce(0, +)
        return zip(best, powers).map { ($0, $1 / sum) }
    }

    /// What one expert makes of one token.
    private static func answer(
        _ backend: any Backend, _ row: Tensor, _ up: PackedWeight, _ down: PackedWeight, _ dtype: DType
    ) throws(DeviceError) -> [Float] {
        let hidden = try backend.unwritten(rows: 1, columns: down.inputs, dtype: dtype)
        let output = try backend.unwritten(rows: 1, columns: down.outputs)
        backend.linear(row, up, bias: nil, activation: .silu, output: .store, into: hidden)
        backend.linear(hidden, down, bias: nil, activation: .none, output: .store, into: output)
        return backend.read(output)
    }
}
