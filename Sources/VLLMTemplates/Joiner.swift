// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Gives nothing the first time and a separator from then on.
final class Joiner {
    let separator: Text
    var isUsed = false

    init(_ separator: Text) {
        self.separator = separator
    }
}
