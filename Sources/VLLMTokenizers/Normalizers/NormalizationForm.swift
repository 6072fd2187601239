// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A normalization form of Unicode Standard Annex 15.
public enum NormalizationForm: Sendable, Hashable {
    /// Canonical decomposition, then composition.
    case nfc
    /// Canonical decomposition.
    case nfd
    /// Compatibility decomposition, then composition.
    case nfkc
    /// Compatibility decomposition.
    case nfkd

    /// Whether decomposed text is composed again.
    var composes: Bool { self == .nfc || self == .nfkc }

    /// Whether compatibility decompositions are used.
    var isCompatibility: Bool { self == .nfkc || self == .nfkd }
}
