// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMJSON

/// A message of a conversation, for programs; on the wire messages are JSON objects.
public struct ChatMessage: Sendable, Hashable {
    /// Who speaks.
    public struct Role: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
        /// The role's name on the wire.
        public var rawValue: String

        /// Creates a role of any name; templates decide which they know.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Creates a role of any name; templates decide which they know.
        public init(stringLiteral value: String) { rawValue = value }

        public static let system: Role = "system"
        public static let developer: Role = "developer"
        public static let user: Role = "user"
        public static let assistant: Role = "assistant"
        public static let tool: Role = "tool"
    }

    /// Who speaks.
    public var role: Role
    /// What is said.
    public var content: String

    /// Creates a message.
    public init(_ role: Role, _ content: String) {
        self.role = role
        self.content = content
    }

    /// What the system prompt says.
    public static func system(_ content: String) -> ChatMessage { ChatMessage(.system, content) }
    /// What the user says.
    public static func user(_ content: String) -> ChatMessage { ChatMessage(.user, content) }
    /// What the model said.
    public static func assistant(_ content: String) -> ChatMessage { ChatMessage(.assistant, content) }

    /// The message as it goes over the wire.
    public var wireForm: JSONObject { ["role": .string(role.rawValue), "content": .string(content)] }
}
