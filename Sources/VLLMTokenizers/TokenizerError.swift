// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Says what is wrong with a tokenizer's files, or why a text could not be encoded.
public struct TokenizerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file or the part of it: `tokenizer.json: pre_tokenizer.pretokenizers[0]`.
    public var context: String
    /// What is wrong, in a few words.
    public var what: String
    /// What would have been right, where that can be said.
    public var expected: String?
    /// What was there.
    public var found: String?

    /// Creates an error.
    public init(_ context: String, _ what: String, expected: String? = nil, found: String? = nil) {
        self.context = context
        self.what = what
        self.expected = expected
        self.found = found
    }

    /// The context, what is wrong, and what was expected and found, in one line.
    public var description: String {
        var text = "\(context): \(what)"
        if let expected { text += "; expected \(expected)" }
        if let found { text += expected == nil ? "; found \(found)" : ", found \(found)" }
        return text
    }
}
