// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Describes a token that is found in the text as it stands, outside the model.
public struct AddedToken: Sendable, Hashable {
    /// The text to find.
    public var content: String
    /// Whether decoding may skip it.
    public var isSpecial: Bool
    /// Whether it is found only where no word character touches it.
    public var singleWord: Bool
    /// Whether it takes the white space before it.
    public var stripsLeft: Bool
    /// Whether it takes the white space after it.
    public var stripsRight: Bool
    /// Whether its normalized text is looked for in the normalized text.
    public var normalized: Bool

    /// Creates an added token.
    public init(
        _ content: String, isSpecial: Bool = false, singleWord: Bool = false, stripsLeft: Bool = false,
        stripsRight: Bool = false, normalized: Bool = false
    ) {
        self.content = content
        self.isSpecial = isSpecial
        self.singleWord = singleWord
        self.stripsLeft = stripsLeft
        self.stripsRight = stripsRight
        self.normalized = normalized
    }
}
