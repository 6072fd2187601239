// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Something that a user may want to know of how a model was loaded, and that stopped nothing.
public struct LoadNote: Sendable, Hashable {
    /// True for what should not be so.
    public var isWarning: Bool
    /// One or two sentences.
    public var text: String
}
