// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The device or the system cannot do what was asked: too little memory, no such instruction set.
public struct DeviceError: Error, Sendable, CustomStringConvertible {
    /// One sentence that says what failed and what to do.
    public let message: String
    /// What of a weight cannot be packed; nil where something else is wrong.
    package let element: WeightElement?

    /// Creates an error.
    public init(_ message: String) { (self.message, element) = (message, nil) }

    /// Creates the error of a weight that has a number which cannot be packed.
    package init(_ element: WeightElement) {
        message =
            "a weight has \(element.value) in row \(element.row), column \(element.column) of its part \(element.part)."
        self.element = element
    }

    /// The message.
    public var description: String { message }
}

/// A number of a weight that is none, or that the packed type cannot hold.
package struct WeightElement: Sendable, Hashable {
    /// Which part of the weight has it.
    package let part: Int
    /// Where in the part.
    package let row: Int
    package let column: Int
    /// What stands there.
    package let value: Float

    package init(part: Int, row: Int, column: Int, value: Float) {
        (self.part, self.row, self.column, self.value) = (part, row, column, value)
    }
}
