// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// The likeliest token, and draws from what truncation leaves.
enum SamplingCases {
    static let sizes = [1, 5, 16, 17, 100, 1023, 20_003]

    static var groups: [ConformanceGroup] {
        [
            ConformanceGroup(
                .sample, "greedy",
                (sizes + [151_936]).map { count in
                    ConformanceCase("of \(count)") { backend, result throws(DeviceError) in
                        try greedy(count, backend, &result)
                    }
                }
                    + [
                        ConformanceCase("strange logits") { backend, result throws(DeviceError) in
                            try strange(backend, &result)
                        }
                    ]),
            ConformanceGroup(
                .sample, "draws",
                [1, 7, 100, 1500, 20_003].flatMap { count in
                    truncations.map { truncation in
                        ConformanceCase("of \(count), \(truncation.name)") {
                            backend, result throws(DeviceError) in
                            try draws(count, truncation, backend, &result)
                        }
                    }
                }),
        ]
    }

    struct Truncation: Sendable {
        var temperature = 1.0
        var topK = 0
        var topP = 1.0
        var minP = 0.0

        var name: String { "temperature \(temperature), top-k \(topK), top-p \(topP), min-p \(minP)" }

        func row(uniform: Double) -> SamplingRow {
            var row = SamplingRow()
            (row.temperature, row.topK, row.uniform) = (Float(temperature), topK, uniform)
            (row.topP, row.minP) = (Float(topP), Float(minP))
            return row
        }
    }

    static let truncations = [
        Truncation(), Truncation(temperature: 0.5, minP: 0.05), Truncation(topK: 5),
        Truncation(temperature: 2, topP: 0.9), Truncation(temperature: 1.5, topK: 40, topP: 0.7, minP: 0.01),
        Truncation(topK: 1), Truncation(temperature: 4, topP: 0.999), Truncation(topP: 0),
        Truncation(topK: 3000),
        Truncation(temperature: 8, topK: 3000, topP: 0.9),
    ]

    private static func greedy(
        _ count: Int, _ backend: any Backend, _ result: inout Comparison
    ) throws(DeviceError) {
        var numbers = Numbers(seed: 3)
        var rows = (0..<5).map { _ in numbers.floats(count) }
        // The lowest of equals wins, and what is no number never does.
        rows[1][count / 2] = 7
        rows[1][count - 1] = 7
        if count > 1 {
            rows[2][count - 1] = 9
            rows[2][0] = .nan
        }
        let logits = try backend.matrix(Array(rows.joined()), rows: rows.count, columns: count)
        let found = backend.sample(logits, rows: rows.map { _ in SamplingRow() })
        result.expect(found.map { Int($0.token) }, rows.map(likeliest), "tokens")
    }

    /// The lowest index of the largest number.
    static func likeliest(_ logits: [Float]) -> Int {
        var best = 0
        for index in logits.indices where logits[index] > logits[best] || logits[best].isNaN { best = index }
        return best
    }

    private static func strange(_ backend: any Backend, _ result: inout Comparison) throws(DeviceError) {
        let rows: [[Float]] = [
            [.nan, 1, .nan], [-.infinity, 3, -.infinity], [1, 5, 5], [0, .infinity, .infinity],
            [-.greatestFiniteMagnitude, .greatestFiniteMagnitude, 0],
        ]
        for temperature: Float in [0, 1e-4] {
            let logits = try backend.matrix(Array(rows.joined()), rows: rows.count, columns: 3)
            let settings = rows.map { _ in
                var row = SamplingRow()
                (row.temperature, row.uniform) = (temperature, 0.3)
                return row
            }
            let found = backend.sample(logits, rows: settings).map { Int($0.token) }
            result.expect(found, [1, 1, 1, 1, 1], "tokens at temperature \(temperature)")
        }
    }

    private static func draws(
        _ count: Int, _ truncation: Truncation, _ backend: any Backend, _ result: inout Comparison
    ) throws(DeviceError) {
        var numbers = Numbers(seed: 8)
        // On a grid, so that ties and thresholds are exact in both precisions.
        let values = (0..<count).map { _ in Float(numbers.below(64)) / 4 - 8 }
        let distribution = TruncatedDistribution(
            values, temperature: truncation.temperature, topK: truncation.topK, topP: truncation.topP,
            minP: truncation.minP)
        let draws = distribution.draws(count: 30)
        // Draws anywhere else stay within what truncation keeps.
        let others = (0..<10).map { (Double($0) + 0.37) / 10 }
        let uniforms = draws.map(\.uniform) + others
        let logits = try backend.matrix(
            uniforms.flatMap { _ in values }, rows: uniforms.count, columns: count)
        let found = backend.sample(logits, rows: uniforms.map(truncation.row)).map { Int($0.token) }
        result.expect(Array(found.prefix(draws.count)), draws.map(\.token), "tokens drawn")
        let kept = Set(distribution.tokens.map(\.index))
        for token in found {
            result.require(kept.contains(token), "token \(token) was drawn, which truncation drops")
        }
    }
}
