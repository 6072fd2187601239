// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTypes

/// How much may wait until more is refused.
public struct QueueLimits: Sendable, Hashable {
    /// Requests that wait; nil is without limit.
    public var maxRequests: Int?
    /// Prompt tokens of the requests that wait; nil is without limit.
    public var maxTokens: Int?

    public init(maxRequests: Int? = nil, maxTokens: Int? = nil) {
        self.maxRequests = maxRequests
        self.maxTokens = maxTokens
    }
}

/// Counts the requests of which nothing has been computed.
struct RequestQueue: Sendable {
    /// A limit that a request met, by its flag's name.
    enum Limit: String, CaseIterable, Sendable {
        case requests = "max_num_queued_reqs"
        case tokens = "max_num_queued_tokens"

        func error(_ limits: QueueLimits) -> RequestError {
            let text =
                switch self {
                case .requests: "\(limits.maxRequests ?? 0) requests wait already"
                case .tokens:
                    "the prompts that wait already would have more than \(limits.maxTokens ?? 0) tokens with it"
                }
            return RequestError(
                nil, "The server is overloaded: \(text). Try again later.", kind: .unavailable)
        }
    }

    private(set) var numRequests = 0
    private(set) var numTokens = 0

    /// The limit that one more prompt would pass; an empty queue takes every prompt.
    func limitExceeded(by promptTokens: Int, _ limits: QueueLimits) -> Limit? {
        if let most = limits.maxRequests, numRequests >= most { return .requests }
        if let most = limits.maxTokens, numRequests > 0, numTokens + promptTokens > most { return .tokens }
        return nil
    }

    mutating func enter(_ promptTokens: Int) {
        numRequests += 1
        numTokens += promptTokens
    }

    mutating func leave(_ promptTokens: Int) {
        numRequests -= 1
        numTokens -= promptTokens
    }
}
