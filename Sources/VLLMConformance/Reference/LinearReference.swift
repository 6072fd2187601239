// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

/// A linear layer in double precision: activation(x · weightᵀ + bias), and how far a float32 chain may be from it.
package struct LinearReference: Sendable {
    /// Where the result goes.
    package enum Output: Sendable, Hashable, CaseIterable {
        case float32
        case bfloat16
        /// Added to what `before` has.
        case add
    }

    /// [rows, inputs]
    package var x: [Double]
    /// By how much each element may be off at most, where activations are rounded; empty where they are not.
    package var slack: [Double] = []
    /// [outputs, inputs]; of a gated layer gate and then up.
    package var weight: [Double]
    /// Magnitudes that enter the sums in place of a weight's own; empty where they are the same.
    package var bounds: [Double] = []
    package var inputs: Int
    /// Columns of the result.
    package var columns: Int
    /// Roundings of a sum.
    package var chain: Int
    package var bias: [Float] = []
    package var activation = Activation.none
    package var isGated = false
    package var output = Output.float32
    /// [rows, columns]
    package var before: [Float] = []

    /// - Parameters:
    ///   - x: [rows, inputs], as the layer is given them.
    ///   - weight: [outputs, inputs], as they are stored.
    package init(x: [Float], weight: [Float], inputs: Int, columns: Int) {
        self.x = x.map(Double.init)
        self.weight = weight.map(Double.init)
        self.inputs = inputs
        self.columns = columns
        chain = inputs + 2
    }

    package var rows: Int { x.count / inputs }

    /// All elements, row by row.
    package var elements: [Bounded] {
        (0..<rows).flatMap { row in (0..<columns).map { element(row, $0) } }
    }

    /// One element.
    package func element(_ row: Int, _ column: Int) -> Bounded {
        let unit = RoundingError.float32
        let first = sum(row, column)
        var value = activation.reference(first.value)
        // The slope of every activation here is below 1.2; exponentials add a few units.
        var error = 1.2 * first.tolerance + 8 * unit * (abs(value) + abs(first.value))
        if isGated {
            let up = sum(row, columns + column)
            let factor = activation.referenceFactor(up.value)
            error = error * abs(factor) + up.tolerance * abs(value) + 2 * unit * abs(value * factor)
            value *= factor
        }
        switch output {
        case .float32: break
        case .bfloat16: error += RoundingError.narrowing(to: .bfloat16) * (abs(value) + error)
        case .add:
            value += Double(before[row * columns + column])
            error += unit * abs(value)
        }
        return Bounded(value, tolerance: error + 1e-30)
    }

    private func sum(_ row: Int, _ weightRow: Int) -> Bounded {
        var value = 0.0
        var magnitude = 0.0
        var shift = 0.0
        let (xs, ws) = (row * inputs, weightRow * inputs)
        for i in 0..<inputs {
            let product = x[xs + i] * weight[ws + i]
            value += product
            magnitude += bounds.isEmpty ? abs(product) : abs(x[xs + i]) * bounds[ws + i]
            if !slack.isEmpty { shift += slack[xs + i] * abs(weight[ws + i]) }
        }
        if !bias.isEmpty { value += Double(bias[weightRow]) }
        return Bounded(
            value, tolerance: Double(chain) * RoundingError.float32 * (magnitude + abs(value)) + shift)
    }
}
