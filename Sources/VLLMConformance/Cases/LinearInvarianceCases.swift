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
        return [
            ConformanceGroup(.linear, "rows alone", rows), ConformanceGroup(.linear, "merged parts", merged),
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
        var numbers = Numbers(seed: 5)
        let k = 128
        let counts = [40, 7, 9]
        let values = counts.map { numbers.floats($0 * k) }
        let parts = zip(counts, values).map { HostMatrix($1, rows: $0, columns: k, dtype: .float32) }
        let merged = try backend.pack(parts, arrangement: .stacked, format: format)
        let plain = try backend.weight(Array(values.joined()), inputs: k, stored: .float32, format: format)
        let x = try backend.matrix(
            numbers.floats(3 * k), rows: 3, columns: k, dtype: LinearCases.inputTypes(of: format)[0])
        var answers: [[Float]] = []
        for weight in [merged, plain] {
            let output = try backend.unwritten(rows: 3, columns: counts.reduce(0, +))
            backend.linear(x, weight, bias: nil, activation: .none, output: .store, into: output)
            answers.append(backend.read(output))
        }
        result.expect(answers[0], bits: answers[1], "a weight of three parts")
    }
}
