// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Says why a template is not accepted or could not be rendered.
public struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, in the terms of who can mend it.
    public enum Kind: Sendable, Hashable {
        /// The template is not valid Jinja, or uses what is not supported.
        case syntax
        /// The template called `raise_exception`: it refuses this conversation and says why.
        case raised
        /// An operation on an undefined value.
        case undefined
        /// An operation that its operands do not allow.
        case runtime
        /// Something the sandbox does not allow.
        case security
        /// The template went beyond a limit.
        case limit
    }

    /// What went wrong.
    public let kind: Kind
    /// The reason; for `raised` exactly the text that the template gave.
    public let message: String
    /// The line of the template, from 1, or 0 if it is not known.
    public internal(set) var line: Int

    /// Creates an error.
    public init(kind: Kind, message: String, line: Int = 0) {
        self.kind = kind
        self.message = message
        self.line = line
    }

    /// The message with its line.
    public var description: String {
        line > 0 ? "\(message) (line \(line) of the chat template)" : message
    }
}

extension TemplateError {
    static func runtime(_ message: String) -> TemplateError {
        TemplateError(kind: .runtime, message: message)
    }

    static func limit(_ message: String) -> TemplateError {
        TemplateError(kind: .limit, message: message)
    }
}
