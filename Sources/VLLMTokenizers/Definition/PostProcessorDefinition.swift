// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Describes what is put around the tokens of one text.
public indirect enum PostProcessorDefinition: Sendable, Hashable {
    /// Tokens before and after: what any template for a single text amounts to.
    case template([TemplatePiece])
    /// Nothing that changes ids.
    case none
    /// One after the other.
    case sequence([PostProcessorDefinition])
}
