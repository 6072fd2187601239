// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The best way to a position of a text.
struct UnigramPath: Sendable {
    /// The sum of the scores, or minus infinity where there is no way.
    var score = -Double.infinity
    /// Where the last token begins, or −1 where there is no way.
    var start = -1
    /// The last token.
    var id: Int32 = -1
}
