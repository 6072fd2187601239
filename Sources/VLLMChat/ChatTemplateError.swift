// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A chat template that cannot be used at all, found when it is set up and not when a request is rendered.
public struct ChatTemplateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where the template is from: a template's name, or a flag.
    public let source: String
    /// One sentence that says what is wrong.
    public let message: String

    /// Creates an error about a template.
    public init(_ source: String, _ message: String) {
        self.source = source
        self.message = message
    }

    /// The source and what is wrong with it.
    public var description: String { "chat template \(source): \(message)" }
}
