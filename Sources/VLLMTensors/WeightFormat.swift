// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// How a packed weight stores its numbers.
package enum WeightFormat: Sendable, Hashable {
    /// As numbers of one type, multiplied with activations of the same.
    case dense(DType)
    /// As signed bytes with a float32 factor a row, multiplied with activations that are rounded to signed bytes.
    case int8
    /// As halves of bytes with a float16 factor a group of inputs (32, 64 or 128) and, where it has minimums, a
    /// float16 minimum; multiplied with activations that are rounded to signed bytes.
    case int4(group: Int, hasMinimums: Bool)

    /// A name for files and messages.
    package var name: String {
        switch self {
        case .dense(let dtype): dtype.rawValue
        case .int8: "int8"
        case .int4(let group, let hasMinimums): "int4-g\(group)\(hasMinimums ? "-min" : "")"
        }
    }

    /// Bytes of a weight's numbers and factors, without padding.
    package func sizeInBytes(outputs: Int, inputs: Int) -> Int {
        switch self {
        case .dense(let dtype): outputs * inputs * dtype.size
        case .int8: outputs * (inputs + 4)
        case .int4(let group, let hasMinimums):
            outputs * (inputs / 2 + inputs / group * (hasMinimums ? 4 : 2))
        }
    }
}
