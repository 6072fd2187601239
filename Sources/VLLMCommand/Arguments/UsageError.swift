// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The command line is not what it should be: the process ends with code 2, as programs on argparse do.
package struct UsageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence that says what is wrong and what would be right.
    package let message: String

    /// Creates an error.
    package init(_ message: String) { self.message = message }

    /// The message.
    package var description: String { message }
}
