// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The type of a metadata value of a GGUF file, by its number there (github.com/ggml-org/ggml, docs/gguf.md).
package enum GGUFValueType: UInt32, Sendable {
    case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

    /// Bytes of a value; nil where each says its own.
    var size: Int? {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        case .string, .array: nil
        }
    }

    /// Bytes that a value takes at least.
    var minimumSize: Int { size ?? (self == .string ? 8 : 12) }
}
