// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The branches of an `if`.
final class Condition: Sendable {
    let branches: [(test: Expression, statements: [Statement], line: Int)]
    let otherwise: [Statement]

    init(branches: [(test: Expression, statements: [Statement], line: Int)], otherwise: [Statement]) {
        self.branches = branches
        self.otherwise = otherwise
    }
}
