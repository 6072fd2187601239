// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Names the tokens that have a role, by their text.
public struct TokenRoles: Sendable, Hashable {
    /// Begins a sequence.
    public var beginningOfSequence: String?
    /// Ends a sequence.
    public var endOfSequence: String?
    /// Fills a sequence up.
    public var padding: String?
    /// Stands for what the vocabulary does not have.
    public var unknown: String?

    /// Creates roles, all absent by default.
    public init(
        beginningOfSequence: String? = nil, endOfSequence: String? = nil, padding: String? = nil,
        unknown: String? = nil
    ) {
        self.beginningOfSequence = beginningOfSequence
        self.endOfSequence = endOfSequence
        self.padding = padding
        self.unknown = unknown
    }

    /// These roles, with those that are absent from others.
    func filled(from other: TokenRoles) -> TokenRoles {
        TokenRoles(
            beginningOfSequence: beginningOfSequence ?? other.beginningOfSequence,
            endOfSequence: endOfSequence ?? other.endOfSequence, padding: padding ?? other.padding,
            unknown: unknown ?? other.unknown)
    }
}
