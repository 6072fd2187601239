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
    /// As the codes and factors of a block format, rearranged; multiplied with activations that are rounded to signed
    /// bytes.
    case blocks(PackedBlocks)

    // Named as ggml does.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    /// The block formats that are multiplied as they are. Q4_0 is `int4` in groups of 32.
    package enum PackedBlocks: String, Sendable, Hashable, CaseIterable {
        /// Signed bytes with a float16 factor a group of 32 inputs.
        case q8_0 = "q8_0"
        /// Five bits with a float16 factor a group of 32.
        case q5_0 = "q5_0"
        /// Four bits with a factor and a minimum of six bits a group of 32, and a float16 factor for each of both a
        /// block of 256.
        case q4K = "q4_k"
        /// Six bits with a factor of eight bits a group of 16, and a float16 factor a block of 256.
        case q6K = "q6_k"

        /// Inputs that are stored together; a weight has a whole number of them.
        package var length: Int {
            switch self {
            case .q8_0, .q5_0: 32
            case .q4K, .q6K: 256
            }
        }
    }

    /// Inputs of which a weight has a whole multiple.
    package var inputGranule: Int {
        switch self {
        case .dense, .int8: 1
        case .int4(let group, _): group
        case .blocks(let blocks): blocks.length
        }
    }

    /// A name for files and messages.
    package var name: String {
        switch self {
        case .dense(let dtype): dtype.rawValue
        case .int8: "int8"
        case .int4(let group, let hasMinimums): "int4-g\(group)\(hasMinimums ? "-min" : "")"
        case .blocks(let blocks): blocks.rawValue
        }
    }

    /// Bytes of a weight's numbers and factors, without padding.
    package func sizeInBytes(outputs: Int, inputs: Int) -> Int {
        switch self {
        case .dense(let dtype): outputs * inputs * dtype.size
        case .int8: outputs * (inputs + 4)
        case .int4(let group, let hasMinimums):
            outputs * (inputs / 2 + inputs / group * (hasMinimums ? 4 : 2))
        case .blocks(.q8_0): outputs * inputs / 32 * 34
        case .blocks(.q5_0): outputs * inputs / 32 * 22
        case .blocks(.q4K): outputs * inputs / 256 * 144
        case .blocks(.q6K): outputs * inputs / 256 * 210
        }
    }
}
