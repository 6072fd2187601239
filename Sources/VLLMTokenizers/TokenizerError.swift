// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Says what is wrong with a tokenizer's files, or why a text could not be encoded.
public struct TokenizerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name of the file; nil for what is in none.
    public var file: String?
    /// The part of it, such as `pre_tokenizer.pretokenizers[0]`; empty for the file as a whole.
    public var context: String
    /// What is wrong, in a few words.
    public var what: String
    /// What would have been right, where that can be said.
    public var expected: String?
    /// What was there.
    public var found: String?

    /// Creates an error.
    public init(
        _ context: String, _ what: String, expected: String? = nil, found: String? = nil, file: String? = nil
    ) {
        self.file = file
        self.context = context
        self.what = what
        self.expected = expected
        self.found = found
    }

    /// The file, the context, what is wrong, and what was expected and found, in one line.
    public var description: String {
        file.map { "\($0): \(message)" } ?? message
    }

    /// The description without the file.
    package var message: String {
        var text = context.isEmpty ? what : "\(context): \(what)"
        if let expected { text += "; expected \(expected)" }
        if let found { text += expected == nil ? "; found \(found)" : ", found \(found)" }
        return text
    }
}

extension TokenizerError {
    /// Runs what reads a file, whose name goes into errors that have none.
    static func naming<Result>(
        _ file: String?, _ body: () throws(TokenizerError) -> Result
    ) throws(TokenizerError) -> Result {
        do throws(TokenizerError) {
            return try body()
        } catch {
            var error = error
            error.file = error.file ?? file
            throw error
        }
    }
}
