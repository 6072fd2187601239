// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The arguments of a call.
struct CallArguments: Sendable {
    var positional: [Expression] = []
    var keyword: [(name: Text, value: Expression)] = []
    var positionalList: Expression?
    var keywordDict: Expression?
}
