// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Describes the model of a tokenizer.
public enum ModelDefinition: Sendable {
    /// Byte pair encoding.
    case bytePairEncoding(BytePairEncodingDefinition)
}
