// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A parsed statement.
enum Statement: Sendable {
    case text(Text)
    case output(Expression, line: Int)
    case condition(Condition)
    case loop(ForLoop)
    case assign(Target, Expression, line: Int)
    case assignBlock(Target, [FilterCall], Body, line: Int)
    case macro(MacroDefinition)
    case call(CallBlock)
    case filter([FilterCall], Body, line: Int)
    case with([(target: Target, value: Expression)], Body, line: Int)
    case scope(Body)
    case evaluate(Expression, line: Int)
    case stopLoop
    case nextIteration
}
