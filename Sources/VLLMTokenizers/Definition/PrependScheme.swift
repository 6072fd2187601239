// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Says when a Metaspace puts its character in front.
public enum PrependScheme: Sendable, Hashable {
    /// In front of every piece.
    case always
    /// In front of the piece that begins the text.
    case first
    /// Nowhere.
    case never
}
