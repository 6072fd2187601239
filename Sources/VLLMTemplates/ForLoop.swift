// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A `for` loop.
final class ForLoop: Sendable {
    let target: Target
    let iterable: Expression
    let filter: Expression?
    let isRecursive: Bool
    /// Whether the body mentions `loop`.
    let usesLoop: Bool
    let body: Body
    let otherwise: Body?
    let line: Int

    init(
        target: Target, iterable: Expression, filter: Expression?, isRecursive: Bool, usesLoop: Bool,
        body: Body, otherwise: Body?, line: Int
    ) {
        self.target = target
        self.iterable = iterable
        self.filter = filter
        self.isRecursive = isRecursive
        self.usesLoop = usesLoop
        self.body = body
        self.otherwise = otherwise
        self.line = line
    }
}
