// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The names of the files that a definition was read from, for messages.
public struct TokenizerFiles: Sendable, Hashable {
    /// Has the tokens.
    public var vocabulary: String?
    /// Has the merges.
    public var merges: String?
    /// Has all else.
    public var settings: String?

    /// Names files; one that has everything is all three.
    public init(vocabulary: String? = nil, merges: String? = nil, settings: String? = nil) {
        self.vocabulary = vocabulary
        self.merges = merges ?? vocabulary
        self.settings = settings ?? vocabulary
    }

    /// The file with a part of a definition.
    func file(with part: String) -> String? {
        if part.hasPrefix("merges") { return merges }
        return part.hasPrefix("vocabulary") || part.hasPrefix("model") ? vocabulary : settings
    }
}
