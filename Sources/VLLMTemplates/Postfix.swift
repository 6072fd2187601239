// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What follows a value and makes another of it.
enum Postfix: Sendable {
    case attribute(AttributeName)
    case item(Expression)
    case slice(start: Expression?, stop: Expression?, step: Expression?)
    case call(CallArguments)
    case filter(FilterCall)
    case test(TestCall)
}
