// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What a request starts from.
public enum Prompt: Sendable, Hashable, ExpressibleByStringLiteral {
    /// Text, to be tokenized.
    case text(String)
    /// Token ids.
    case tokens([Int32])

    /// Creates a prompt of text.
    public init(stringLiteral value: String) { self = .text(value) }
}
