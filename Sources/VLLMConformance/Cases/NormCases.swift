// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// Norms of both kinds, with and without bias, to both types.
enum NormCases {
    static var groups: [ConformanceGroup] {
        [NormKind.rms, .layer].map { kind in
            let sizes = [
                (3, 1), (3, 2), (1, 16), (5, 33), (3, 64), (19, 100), (3, 896), (2, 1000), (40, 4096),
            ]
            let cases = sizes.flatMap { rows, columns in
                [DType.float32, .bfloat16].flatMap { output in
                    [false, true].map { hasBias in
                        ConformanceCase(
                            "\(rows)×\(columns) to \(output.label)\(hasBias ? " with bias" : "")"
                        ) { backend, result throws(DeviceError) in
                            try check(
                                backend, kind, rows: rows, columns: columns, output, hasBias, &result)
                        }
                    }
                }
            }
            return ConformanceGroup(.norm, kind == .rms ? "root mean square" : "layer", cases)
        }
    }

    private static func check(
        _ backend: any Backend, _ kind: NormKind, rows: Int, columns: Int, _ output: DType, _ hasBias: Bool,
        _ result: inout Comparison
    ) throws(DeviceError) {
        var numbers = Numbers(seed: 12)
        let values = numbers.floats(rows * columns, scale: 5)
        let reference = NormReference(
            kind: kind, weight: numbers.floats(columns), bias: hasBias ? numbers.floats(columns) : [],
            epsilon: 1e-5)
        let norm = Norm(
            kind: kind, weight: try backend.pack(values: reference.weight),
            bias: hasBias ? try backend.pack(values: reference.bias) : nil, epsilon: reference.epsilon)
        let x = try backend.matrix(values, rows: rows, columns: columns)
        let target = try backend.unwritten(rows: rows, columns: columns, dtype: output)
        backend.norm(x, norm, into: target)
        let expected = (0..<rows).flatMap {
            reference.row(values[$0 * columns..<($0 + 1) * columns], output: output)
        }
        result.expect(backend.read(target), expected, "\(columns) columns")
        guard output == .float32 else { return }
        let before = numbers.floats(rows * columns, scale: 3)
        let sums = try backend.matrix(before, rows: rows, columns: columns)
        backend.norm(x, norm, addingTo: sums)
        let added = zip(before, expected).map { start, norm in
            let sum = Double(start) + norm.value
            return Bounded(
                sum, tolerance: norm.tolerance + RoundingError.float32 * (abs(sum) + norm.tolerance))
        }
        result.expect(backend.read(sums), added, "\(columns) columns added")
    }
}
