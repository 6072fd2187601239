// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// An operator on two numbers, or on what behaves like numbers.
enum ArithmeticOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case remainder = "%"
    case power = "**"
}
