// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Says why a document is not accepted and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What a parser may object to.
    public enum Kind: Sendable, Hashable {
        /// The text is not JSON.
        case syntax
        /// The bytes are not UTF-8.
        case encoding
        /// The document is larger than the limits allow.
        case size
        /// The nesting is deeper than the limits allow.
        case depth
        /// A number is beyond the range of `Double`.
        case range
    }

    /// What is wrong.
    public let kind: Kind
    /// What was expected, and what was found.
    public let message: String
    /// Bytes before the offending one.
    public let offset: Int
    /// The line, from 1; lines end at a line feed.
    public let line: Int
    /// The column in bytes, from 1.
    public let column: Int

    /// Creates an error.
    public init(kind: Kind, message: String, offset: Int, line: Int, column: Int) {
        self.kind = kind
        self.message = message
        self.offset = offset
        self.line = line
        self.column = column
    }

    /// What is wrong with the document, behind its name in a sentence: a text that is JSON, but larger than can be taken,
    /// is not called malformed.
    public var verdict: String {
        kind == .syntax ? "is not valid JSON: \(self)" : "cannot be read: \(self)"
    }

    /// The message with its place.
    public var description: String {
        "\(message) at byte \(offset) (line \(line), column \(column))"
    }
}
