// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A parsed expression.
///
/// Chains of operators and of postfixes are flat, so that only real nesting makes the tree deep.
indirect enum Expression: Sendable {
    case literal(Literal)
    case variable(Int)
    case list([Expression])
    case tuple([Expression])
    case dict([(key: Expression, value: Expression)])
    case postfix(Expression, [Postfix])
    case negative(Expression)
    case positive(Expression)
    case not(Expression)
    case arithmetic(Expression, [(symbol: ArithmeticOperator, operand: Expression)])
    case concatenation([Expression])
    case comparison(Expression, [(symbol: ComparisonOperator, operand: Expression)])
    case and([Expression])
    case or([Expression])
    case conditional(condition: Expression, value: Expression, otherwise: Expression?)
}
