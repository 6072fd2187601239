// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A request that cannot be served, and whose sender can do something about it.
public struct RequestError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of answer the sender gets.
    public enum Kind: Sendable, Hashable {
        /// The request is wrong: HTTP 400.
        case invalid
        /// What it names does not exist: HTTP 404.
        case notFound
        /// The engine takes no work now: HTTP 503.
        case unavailable
        /// The engine failed: HTTP 500.
        case engineFailure
    }

    /// The offending parameter by its name on the wire, where there is one.
    public let parameter: String?
    /// One sentence that says what is wrong.
    public let message: String
    /// What kind of answer the sender gets.
    public let kind: Kind

    /// Creates an error of the sender's.
    public init(_ parameter: String?, _ message: String, kind: Kind = .invalid) {
        self.parameter = parameter
        self.message = message
        self.kind = kind
    }

    /// The message.
    public var description: String { message }
}
