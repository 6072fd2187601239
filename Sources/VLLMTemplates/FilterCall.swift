// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A filter applied to what stands before it.
struct FilterCall: Sendable {
    let name: String
    /// Nil for a name that does not exist, which fails when it is reached.
    let filter: Filter?
    let arguments: CallArguments
}
