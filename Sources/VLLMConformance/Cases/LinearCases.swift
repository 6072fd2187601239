// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// Products with weights of every format, and what is done to their results.
enum LinearCases {
    static let shapes = [
        (1, 16, 2), (1, 150, 130), (3, 40, 34), (5, 17, 33), (4, 96, 64), (7, 33, 66), (9, 112, 18),
        (26, 50, 256),
        (70, 48, 96),
    ]
    /// For whole numbers, whose groups have up to 128 inputs.
    static let integerShapes = [
        (1, 16, 128), (1, 150, 256), (2, 70, 128), (4, 96, 384), (7, 33, 128), (26, 50, 256), (70, 48, 128),
    ]

    static var groups: [ConformanceGroup] { WeightFormat.all.flatMap(groups(of:)) }

    private static func groups(of format: WeightFormat) -> [ConformanceGroup] {
        let shapes = format.isInteger ? integerShapes : shapes
        func cases(_ kinds: [(LinearCase) -> LinearCase]) -> [ConformanceCase] {
            shapes.flatMap { m, n, inputs in
                let k = format.wholeInputs(inputs)
                return inputTypes(of: format).flatMap { dtype in
                    kinds.map {
                        $0(LinearCase(rows: m, columns: n, inputs: k, format, dtype)).conformanceCase
                    }
                }
            }
        }
        return [
            ConformanceGroup(
                .linear, format.label,
                cases([
                    { $0 }, { $0.with(hasBias: true, output: .add) },
                    { $0.with(hasBias: true, output: .bfloat16) },
                ])),
            ConformanceGroup(
                .linear, "\(format.label) gated",
                cases(
                    LinearReference.Output.allCases.map { output in
                        { $0.with(.silu, isGated: true, hasBias: $0.rows % 2 == 1, output: output) }
                    })),
            ConformanceGroup(
                .linear, "\(format.label) activations",
                Activation.allCases.flatMap { activation in
                    [false, true].map { isGated in
                        LinearCase(
                            rows: 6, columns: 80, inputs: format.wholeInputs(128), format,
                            inputTypes(of: format)[0]
                        )
                        .with(activation, isGated: isGated, hasBias: true).conformanceCase
                    }
                }),
            ConformanceGroup(.linear, "\(format.label) large", large(format)),
        ]
    }

    /// Shapes of a model of half a billion parameters; some elements of the result.
    private static func large(_ format: WeightFormat) -> [ConformanceCase] {
        [(1, 1152, 896), (33, 1216, 896), (40, 896, 4864)].map { m, n, k in
            LinearCase(
                rows: m, columns: n, inputs: format.wholeInputs(k), format, inputTypes(of: format)[0]
            )
            .with(.silu, isGated: n == 1216).conformanceCase
        }
    }

    /// The types of activations that a format is multiplied with.
    static func inputTypes(of format: WeightFormat) -> [DType] {
        switch format {
        case .dense(let dtype): [dtype == .bfloat16 ? .bfloat16 : .float32]
        case .int8, .int4, .blocks: [.bfloat16, .float32]
        }
    }
}
