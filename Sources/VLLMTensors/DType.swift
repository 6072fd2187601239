// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The type of a tensor's elements.
public enum DType: String, Sendable, Hashable, CaseIterable {
    case float32
    case float16
    case bfloat16
    case int32

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .float32, .int32: 4
        case .float16, .bfloat16: 2
        }
    }
}
