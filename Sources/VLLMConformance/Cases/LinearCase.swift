// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTensors

/// A linear layer with random operands.
struct LinearCase: Sendable {
    let rows: Int
    /// Columns of the result: a gated layer has two rows of weights for each.
    let columns: Int
    let inputs: Int
    let format: WeightFormat
    let inputType: DType
    private(set) var activation = Activation.none
    private(set) var isGated = false
    private(set) var hasBias = false
    private(set) var output = LinearReference.Output.float32

    /// Most elements that are compared: all of them where there are not many more.
    private static let mostElements = 12_000
    /// Elements of a larger result that are compared.
    private static let sampledElements = 600

    init(rows: Int, columns: Int, inputs: Int, _ format: WeightFormat, _ inputType: DType) {
        (self.rows, self.columns, self.inputs) = (rows, columns, inputs)
        (self.format, self.inputType) = (format, inputType)
    }

    func with(
        _ activation: Activation = .none, isGated: Bool = false, hasBias: Bool = false,
        output: LinearReference.Output = .float32
    ) -> LinearCase {
        var item = self
        (item.activation, item.isGated, item.hasBias) = (activation, isGated, hasBias)
        item.output = output
        return item
    }

    var conformanceCase: ConformanceCase {
        var name = "\(rows)×\(columns)×\(inputs) of \(inputType.label)"
        if activation != .none { name += " \(activation.rawValue)" }
        if isGated { name += " gated" }
        if hasBias { name += " with bias" }
        if output != .float32 { name += output == .add ? " added" : " to bf16" }
        return ConformanceCase(name) { backend, result throws(DeviceError) in
            let operands = try LinearOperands(self, on: backend)
            let found = backend.read(try operands.run(on: backend))
            let places = try operands.reference(on: backend)
            for (row, column) in sample {
                result.expect(
                    found[row * columns + column], places.element(row, column), "element (\(row), \(column))")
            }
        }
    }

    /// The elements that are compared: all, or the corners and some by chance.
    private var sample: [(Int, Int)] {
        let all = rows * columns
        guard all > Self.mostElements else { return (0..<all).map { ($0 / columns, $0 % columns) } }
        var numbers = Numbers(seed: 17)
        let some = (0..<Self.sampledElements).map { _ in (numbers.below(rows), numbers.below(columns)) }
        return some + [(0, 0), (0, columns - 1), (rows - 1, 0), (rows - 1, columns - 1)]
    }
}

/// The operands of a linear layer, on the host and in a backend's memory.
struct LinearOperands {
    let item: LinearCase
    let x: [Float]
    let weight: [Float]
    let bias: [Float]
    let before: [Float]
    let packed: PackedWeight
    private let packedBias: PackedVector?

    init(_ item: LinearCase, on backend: any Backend) throws(DeviceError) {
        self.item = item
        var numbers = Numbers(seed: 1)
        let weightRows = item.columns * (item.isGated ? 2 : 1)
        x = numbers.floats(item.rows * item.inputs).map { $0.rounded(to: item.inputType) }
        let stored = item.format.stored
        let values = numbers.floats(weightRows * item.inputs)
        weight = if case .numbers(let dtype) = stored { values.map { $0.rounded(to: dtype) } } else { values }
        bias = item.hasBias ? numbers.floats(weightRows) : []
        before = item.output == .add ? numbers.floats(item.rows * item.columns) : []
        packed = try backend.weight(
            weight, inputs: item.inputs, stored: stored, format: item.format, isGated: item.isGated)
        packedBias = bias.isEmpty ? nil : try backend.vector(bias, isGated: item.isGated)
    }

    /// The layer's answer for some of the rows.
    func run(on backend: any Backend, rows: Range<Int>? = nil) throws(DeviceError) -> Tensor {
        let rows = rows ?? 0..<item.rows
        let (k, n) = (item.inputs, item.columns)
        let x = try backend.matrix(
            Array(x[rows.lowerBound * k..<rows.upperBound * k]), rows: rows.count, columns: k,
            dtype: item.inputType)
        let output: Tensor =
            switch item.output {
            case .float32: try backend.unwritten(rows: rows.count, columns: n)
            case .bfloat16: try backend.unwritten(rows: rows.count, columns: n, dtype: .bfloat16)
            case .add:
                try backend.matrix(
                    Array(before[rows.lowerBound * n..<rows.upperBound * n]), rows: rows.count, columns: n)
            }
        backend.linear(
            x, packed, bias: packedBias, activation: item.activation,
            output: item.output == .add ? .add : .store, into: output)
        return output
    }

    /// What the answer should be, for the weights as the backend rounds them.
    func reference(on backend: any Backend) throws(DeviceError) -> LinearReference {
        var reference: LinearReference
        if item.format.isInteger {
            // The same rows, packed plainly, so that they can be read.
            let plain = try backend.weight(
                weight, inputs: item.inputs, stored: item.format.stored, format: item.format)
            reference = LinearReference(
                x: x, integers: try backend.rows(of: plain), inputs: item.inputs, columns: item.columns,
                format: item.format)
        } else {
            reference = LinearReference(x: x, weight: weight, inputs: item.inputs, columns: item.columns)
        }
        (reference.activation, reference.isGated) = (item.activation, item.isGated)
        (reference.bias, reference.before, reference.output) = (bias, before, item.output)
        return reference
    }
}
