// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTypes

/// A deterministic stand-in for a model: every token depends on all tokens before it, and on the salt.
enum FakeModel {
    static let vocabularySize: UInt64 = 29

    /// The finalizer of SplitMix64.
    static func mix(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }

    /// What stands before the first token: it makes a block of another salt a wrong block.
    static func start(salt: String?) -> UInt64 {
        (salt ?? "none").utf8.reduce(1) { mix($0 ^ UInt64($1)) }
    }

    /// The "keys and values" of a token after those of the one before.
    static func entry(after previous: UInt64, token: Int32) -> UInt64 {
        mix(previous &+ UInt64(UInt32(bitPattern: token)) &+ 1)
    }

    /// The token that follows: a function of the entries of all tokens.
    static func sample(_ entries: [UInt64]) -> Int32 {
        Int32(entries.reduce(0) { mix($0 ^ $1) } % vocabularySize)
    }

    /// The log-probability of a prompt token after an entry.
    static func logprob(after previous: UInt64, token: Int32) -> PositionLogprobs {
        let logprob = -Float(mix(previous ^ UInt64(UInt32(bitPattern: token))) % 1000)
        return PositionLogprobs(chosen: TokenLogprob(tokenID: token, logprob: logprob, rank: 1), top: [])
    }

    /// What a request must yield, computed alone and without blocks.
    static func reference(_ request: EngineRequest, maximumLength: Int) -> Record {
        var record = Record()
        var entries: [UInt64] = []
        var previous = start(salt: request.cacheSalt)
        for (index, token) in request.promptTokenIDs.enumerated() {
            if index > 0, request.params.promptLogprobs != nil {
                record.promptLogprobs.append(logprob(after: previous, token: token))
            }
            previous = entry(after: previous, token: token)
            entries.append(previous)
        }
        while record.finishReason == nil {
            let token = sample(entries)
            record.tokenIDs.append(token)
            let mayStop = record.tokenIDs.count >= request.params.minTokens
            if mayStop, !request.params.ignoreEOS, request.eosTokenIDs.contains(token) {
                record.finishReason = .stop
            } else if mayStop, request.params.stopTokenIDs.contains(token) {
                (record.finishReason, record.stopReason) = (.stop, .token(token))
            } else if record.tokenIDs.count == request.params.maxTokens
                || request.promptTokenIDs.count + record.tokenIDs.count == maximumLength
            {
                record.finishReason = .length
            }
            previous = entry(after: previous, token: token)
            entries.append(previous)
        }
        return record
    }

    /// What a request has yielded.
    struct Record: Hashable {
        var tokenIDs: [Int32] = []
        var promptLogprobs: [PositionLogprobs] = []
        var finishReason: FinishReason?
        var stopReason: StopReason?
    }
}
