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

extension CheckpointError {
    /// Runs code of a plug-in; an error that is none of ours becomes one, with a sentence on what could not be done.
    package static func wrapping<Result>(
        _ file: @autoclosure () -> String, _ what: @autoclosure () -> String, _ body: () throws -> Result
    ) throws(CheckpointError) -> Result {
        do {
            return try body()
        } catch let error as CheckpointError {
            throw error
        } catch {
            throw CheckpointError(file(), "\(what()): \(error)")
        }
    }
}
