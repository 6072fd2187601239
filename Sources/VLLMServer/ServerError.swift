// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Why the server cannot run, in one sentence.
public struct ServerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What the server failed at.
    public enum Kind: Sendable, Hashable {
        /// The address cannot be listened on.
        case address
        /// The engine died under the server.
        case engine
        /// The system refused something else.
        case system
    }

    /// What the server failed at.
    public let kind: Kind
    /// One sentence that says what is wrong.
    public let message: String

    /// Creates an error.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
