// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// A row's result has the same bits whatever rows are beside it, and merged weights are those of their parts.
enum LinearInvarianceCases {
    static var groups: [ConformanceGroup] {
        let rows = WeightFormat.all.flatMap { format in
            [false, true].map { isGated in
                let item = LinearCase(
                    rows: 37, columns: 200, inputs: 256, format, LinearCases.inputTypes(of: format)[0]
                ).with(isGated ? .silu : .none, isGated: isGated, hasBias: true)
                return ConformanceCase(format.label + (isGated ? " gated" : "")) {
                    backend, result throws(DeviceError) in
                    try checkRows(item, backend, &result)
                }
            }
        }
        let merged = WeightFormat.all.map { format in
            ConformanceCase(format.label) { backend, result throws(DeviceError) in
                try checkParts(format, backend, &result)
            }
        }
        let mixed = mixtures.map { formats in
            ConformanceCase(formats.map(\.label).joined(separator: "+")) {
                backend, result throws(DeviceError) in
                try checkMixture(formats, backend, &result)
            }
        }
        return [
            ConformanceGroup(.linear, "rows alone", rows),
            ConformanceGroup(.linear, "merged parts", merged + mixed),
        ]
    }

    private static func checkRows(
        _ item: LinearCase, _ backend: any Backend, _ result: inout Comparison
    ) throws(DeviceError) {
        let operands = try LinearOperands(item, on: backend)
        let whole = backend.read(try operands.run(on: backend))
        for rows in [0..<1, 36..<37, 3..<7, 5..<21, 1..<34] {
            let part = backend.read(try operands.run(on: backend, rows: rows))
            let expected = Array(whole[rows.lowerBound * item.columns..<rows.upperBound * item.columns])
            result.expect(part, bits: expected, "rows \(rows) by themselves")
        }
    }

    /// Queries, keys and values of 40, 7 and 9 rows.
    private static func checkParts(
        _ format: WeightFormat, _ backend: any Backend, _ result: inout Comparison
    ) throws(DeviceError) {
        let operands = MergedOperands([format, format, format])
        let merged = try operands.answer(on: backend, parts: [0..<3])
        let values = Array(operands.values.joined())
        let plain = try backend.weight(
            values, inputs: operands.inputs, stored: format.stored, format: format)
        result.expect(merged, bits: try operands.answer(plain, on: backend), "a weight of three parts")
    }

    /// A weight whose parts are stored differently gives what its parts give by themselves.
    static let mixtures: [[WeightFormat]] = [
        [.blocks(.q4K), .blocks(.q4K), .blocks(.q6K)], [.blocks(.q5_0), .blocks(.q5_0), .blocks(.q8_0)],
        [.dense(.bfloat16), .int8, .int4(group: 32, hasMinimums: false)],
    ]

    static func checkMixture(
        _ formats: [WeightFormat], _ backend: any Backend, _ result: inout Comparison
    ) throws(DeviceError) {
        let operands = MergedOperands(formats)
        let merged = try operands.answer(on: backend, parts: [0..<3])
        let apart = try operands.answer(on: backend, parts: [0..<1, 1..<2, 2..<3])
        result.expect(merged, bits: apart, "a weight of parts that are stored differently")
        let weight = try operands.weight(0..<3, on: backend)
        var rows: [Float] = []
        for part in 0..<3 { rows += try backend.rows(of: operands.weight(part..<part + 1, on: backend)) }
        result.expect(try backend.rows(of: weight), bits: rows, "rows of it")
    }
}

/// Queries, keys and values of 40, 7 and 9 rows, with a bias, and three tokens.
private struct MergedOperands {
    private static let counts = [40, 7, 9]
    private static let tokens = 3

    let formats: [WeightFormat]
    let inputs: Int
    let values: [[Float]]
    private let x: [Float]
    private let bias: [Float]

    init(_ formats: [WeightFormat]) {
        var numbers = Numbers(seed: 5)
        let k = formats.reduce(128) { max($0, $1.wholeInputs(128)) }
        (self.formats, inputs) = (formats, k)
        values = Self.counts.map { numbers.floats($0 * k) }
        x = numbers.floats(Self.tokens * k)
        bias = numbers.floats(Self.counts.reduce(0, +))
    }

    func weight(_ parts: Range<Int>, on backend: any Backend) throws(DeviceError) -> PackedWeight {
        let matrices = parts.map {
            HostMatrix(values[$0], rows: Self.counts[$0], columns: inputs, format: formats[$0].stored)
        }
        return try backend.pack(matrices, arrangement: .stacked, formats: Array(formats[parts]))
    }

    /// The layer's answer [tokens, outputs], with weights of some parts each.
    func answer(on backend: any Backend, parts: [Range<Int>]) throws(DeviceError) -> [Float] {
        var columns: [[Float]] = [[Float]](repeating: [], count: Self.tokens)
        var first = 0
        for range in parts {
            let weight = try weight(range, on: backend)
            let found = try answer(weight, from: first, on: backend)
            for token in 0..<Self.tokens {
                columns[token] += found[token * weight.outputs..<(token + 1) * weight.outputs]
            }
            first += weight.outputs
        }
        return Array(columns.joined())
    }

    func answer(
        _ weight: PackedWeight, from first: Int = 0, on backend: any Backend
    ) throws(DeviceError) -> [Float] {
        let x = try backend.matrix(
            x, rows: Self.tokens, columns: inputs, dtype: LinearCases.inputTypes(of: formats[0])[0])
        let output = try backend.unwritten(rows: Self.tokens, columns: weight.outputs)
        let bias = try backend.vector(Array(bias[first..<first + weight.outputs]), isGated: false)
        backend.linear(x, weight, bias: bias, activation: .none, output: .store, into: output)
        return backend.read(output)
    }
}
