// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

/// A norm of one row in double precision.
package struct NormReference: Sendable {
    package var kind: NormKind
    package var weight: [Float]
    /// Empty for none.
    package var bias: [Float]
    package var epsilon: Float

    package init(kind: NormKind, weight: [Float], bias: [Float], epsilon: Float) {
        (self.kind, self.weight, self.bias, self.epsilon) = (kind, weight, bias, epsilon)
    }

    /// The row's elements.
    ///
    /// Sums go to 16 lanes at least, so that they have n / 16 + 16 roundings; the error of a mean is relative to the
    /// largest element.
    package func row(_ x: some Collection<Float>, output: DType) -> [Bounded] {
        let values = x.map(Double.init)
        let n = Double(values.count)
        let mean = kind == .layer ? values.reduce(0, +) / n : 0
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
        let factor = 1 / (variance + Double(epsilon)).squareRoot()
        let largest = values.reduce(0) { max($0, abs($1)) }
        return values.indices.map { index in
            let value =
                (values[index] - mean) * factor * Double(weight[index])
                + (bias.isEmpty ? 0 : Double(bias[index]))
            let scale = abs(value) + 1 + largest * factor
            let error = (n / 16 + 16) * RoundingError.float32 * scale
            return Bounded(
                value, tolerance: error + RoundingError.narrowing(to: output) * (abs(value) + error))
        }
    }
}
