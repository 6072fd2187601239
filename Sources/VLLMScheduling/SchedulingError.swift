// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A configuration under which no schedule exists, or none that ends.
package struct SchedulingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The field of `SchedulerConfig` that is wrong.
    package let parameter: String
    /// One sentence that says what is wrong, with the values.
    package let message: String

    /// Creates an error about one field.
    package init(_ parameter: String, _ message: String) {
        self.parameter = parameter
        self.message = message
    }

    /// The message.
    package var description: String { message }
}
