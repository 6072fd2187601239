// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A model's files are not what they should be.
public struct CheckpointError: Error, Sendable, CustomStringConvertible {
    /// The file, as the user named its folder.
    public let file: String
    /// One sentence that says what is wrong there.
    public let message: String

    /// Creates an error.
    public init(_ file: String, _ message: String) {
        self.file = file
        self.message = message
    }

    /// File and message.
    public var description: String { "\(file): \(message)" }
}
