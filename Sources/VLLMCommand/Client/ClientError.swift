// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A server could not be reached, or its answer could not be used.
package struct ClientError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence that says what failed and where.
    package let message: String

    /// Creates an error.
    package init(_ message: String) { self.message = message }

    /// The message.
    package var description: String { message }
}
