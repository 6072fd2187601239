// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A test of what stands before it.
struct TestCall: Sendable {
    let name: String
    /// Nil for a name that does not exist, which fails when it is reached.
    let test: Test?
    let isNegated: Bool
    let arguments: CallArguments
}
