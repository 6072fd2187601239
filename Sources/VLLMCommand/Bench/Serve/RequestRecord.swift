// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What became of one request, in seconds.
package struct RequestRecord: Sendable, Hashable {
    /// When it was sent, from the start of the run.
    package var startTime = 0.0
    /// From sending to the first chunk with a token.
    package var timeToFirstToken = 0.0
    /// From each chunk with a token to the next.
    package var interTokenLatencies: [Double] = []
    /// From sending to the last chunk with a token.
    package var latency = 0.0
    /// Length of the prompt, as the server says where it does.
    package var promptTokens = 0
    /// Tokens that were generated, as the server says; else chunks.
    package var outputTokens = 0
    /// The generated text; empty where it is not kept.
    package var text = ""
    /// Why it failed; nil where it did not.
    package var error: String?

    /// Starts a record without figures.
    package init() {}

    /// True where the whole answer came.
    package var isSuccessful: Bool { error == nil }

    /// Mean time from one token to the next behind the first; nil where there is only one.
    package var timePerOutputToken: Double? {
        outputTokens > 1 ? (latency - timeToFirstToken) / Double(outputTokens - 1) : nil
    }
}
