// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Why a sequence ended, by vLLM's words.
public enum FinishReason: String, Sendable, Hashable, CaseIterable {
    /// End of sequence, a stop token or a stop string.
    case stop
    /// `max_tokens` or the model's length was reached.
    case length
    /// The client went away or cancelled.
    case abort
    /// The engine failed.
    case error
}

/// What exactly stopped a sequence whose reason is `FinishReason.stop`; nil for the end-of-sequence token.
public enum StopReason: Sendable, Hashable {
    /// One of `stop_token_ids`.
    case token(Int32)
    /// One of `stop`.
    case string(String)
}
