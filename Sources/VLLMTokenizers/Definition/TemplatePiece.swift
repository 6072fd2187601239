// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A piece of a template.
public enum TemplatePiece: Sendable, Hashable {
    /// The tokens of the text.
    case text
    /// Given tokens.
    case tokens([Int32])
    /// A token given by its text.
    case named(String)
}
