// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

extension LinearReference {
    /// A layer of whole numbers: activations are rounded to 255 steps of a row's largest.
    ///
    /// Whole numbers are added exactly. What is rounded is a group's sum, its scale and its minimum, and the row's
    /// scale at the end. An activation within a few units of the middle between two steps may go to either.
    ///
    /// - Parameter weight: [outputs, inputs], the values of the whole numbers.
    package init(
        x: [Float], integers weight: [Float], inputs: Int, columns: Int, format: WeightFormat
    ) {
        self.init(x: x, weight: weight, inputs: inputs, columns: columns)
        let group = format.group(inputs: inputs)
        chain = 4 * (inputs / group) + 8
        slack = [Double](repeating: 0, count: x.count)
        for row in 0..<x.count / inputs { roundActivations(row) }
        // With a minimum, scale · code and the minimum may each be as large as this and cancel.
        bounds = self.weight
        for begin in stride(from: 0, to: bounds.count, by: group) {
            let largest = bounds[begin..<begin + group].reduce(0) { max($0, abs($1)) }
            for index in begin..<begin + group { bounds[index] = 2 * largest }
        }
    }

    private mutating func roundActivations(_ row: Int) {
        let range = row * inputs..<(row + 1) * inputs
        let largest = x[range].reduce(0) { max($0, abs($1)) }
        guard largest > 0 else { return }
        let step = largest / 127
        for index in range {
            let place = x[index] / step
            let code = place.rounded(.toNearestOrEven)
            // Two roundings of float32 lie before the one to a whole number.
            let isUndecided = abs(abs(place - code) - 0.5) <= 127 * 4 * RoundingError.float32
            slack[index] = isUndecided ? step : 0
            x[index] = code * step
        }
    }
}

extension WeightFormat {
    /// Inputs that share a scale.
    package func group(inputs: Int) -> Int {
        switch self {
        case .dense, .int8: inputs
        case .int4(let group, _): group
        case .blocks(.q8_0), .blocks(.q5_0), .blocks(.q4K): 32
        case .blocks(.q6K): 16
        }
    }

    /// True for whole numbers.
    var isInteger: Bool {
        if case .dense = self { false } else { true }
    }

    /// What a report calls it: `bf16`, `int4-g32-min`.
    package var label: String {
        switch self {
        case .dense(let dtype): dtype.label
        case .int8: "int8"
        case .int4(let group, let hasMinimums): "int4-g\(group)" + (hasMinimums ? "-min" : "")
        case .blocks: name
        }
    }

    /// What a checkpoint has that is packed in this format: numbers that are rounded to it, or its own blocks.
    package var stored: StoredFormat {
        switch self {
        case .dense(let dtype): .numbers(dtype)
        case .int8, .int4: .numbers(.float32)
        case .blocks(.q8_0): .blocks(.q8_0)
        case .blocks(.q5_0): .blocks(.q5_0)
        case .blocks(.q4K): .blocks(.q4K)
        case .blocks(.q6K): .blocks(.q6K)
        }
    }

    /// So many inputs, or as many more as make whole groups.
    package func wholeInputs(_ inputs: Int) -> Int {
        (inputs + inputGranule - 1) / inputGranule * inputGranule
    }

    /// Every format.
    package static let all: [WeightFormat] =
        [.dense(.bfloat16), .dense(.float16), .dense(.float32), .int8]
        + [32, 64, 128].flatMap { group in
            [false, true].map { .int4(group: group, hasMinimums: $0) }
        } + PackedBlocks.allCases.map { .blocks($0) }
}

extension DType {
    /// What a report calls it: `bf16`.
    package var label: String {
        switch self {
        case .bfloat16: "bf16"
        case .float16: "f16"
        case .float32: "f32"
        case .int32: "i32"
        }
    }

    /// The types of weights and of the key/value pool.
    static let floating: [DType] = [.bfloat16, .float16, .float32]
}
