// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Statements that share variables.
struct Body: Sendable {
    var statements: [Statement]
    /// Symbols that are assigned before they are read here: until then they hide the context's.
    var hidden: [Int] = []
}
