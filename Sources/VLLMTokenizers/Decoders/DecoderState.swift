// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What a decoder remembers between tokens: a value, one entry a step.
struct DecoderState: Sendable {
    /// What one step remembers.
    struct Step: Sendable {
        /// Bytes that wait for what follows.
        var pending: [UInt8] = []
        /// The tokens that have ended.
        var tokenCount = 0
        /// For Strip, how many characters have gone from the token's start, or −1 when that is over.
        var stripped = 0
        /// For BPE, whether a token waits in `pending`.
        var holdsToken = false
    }

    var steps: [Step]
    /// For tokenizers without a decoder, whether a token has been written.
    var hasToken = false

    init(stepCount: Int) {
        steps = [Step](repeating: Step(), count: stepCount)
    }
}
