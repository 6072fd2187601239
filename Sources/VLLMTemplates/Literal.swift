// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A constant.
enum Literal: Sendable {
    case none
    case bool(Bool)
    case int(Int)
    indirect case wide(Int128)
    case float(Double)
    case string(Text)

    /// An integer, however large.
    static func integer(_ value: Int128) -> Literal { Int(exactly: value).map { .int($0) } ?? .wide(value) }

    var value: Value {
        switch self {
        case .none: .none
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .wide(let value): .wide(value)
        case .float(let value): .float(value)
        case .string(let text): .string(text)
        }
    }
}
