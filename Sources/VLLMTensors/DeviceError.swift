// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The device or the system cannot do what was asked: too little memory, no such instruction set.
public struct DeviceError: Error, Sendable, CustomStringConvertible {
    /// One sentence that says what failed and what to do.
    public let message: String

    /// Creates an error.
    public init(_ message: String) { self.message = message }

    /// The message.
    public var description: String { message }
}
