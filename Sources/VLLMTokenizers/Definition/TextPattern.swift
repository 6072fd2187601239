// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What a stage looks for in a text.
public enum TextPattern: Sendable, Hashable {
    /// The text itself.
    case string(String)
    /// A regular expression in Oniguruma's Ruby syntax.
    case regex(String)
}
