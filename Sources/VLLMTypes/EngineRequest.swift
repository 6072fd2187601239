// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Names a sequence inside the engine.
public struct SequenceID: Hashable, Sendable, CustomStringConvertible {
    /// A number that no other sequence of this engine has.
    public let rawValue: UInt64

    /// Creates an id.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// The number.
    public var description: String { "#\(rawValue)" }
}

/// One sequence as the engine sees it: token ids and numbers, no text.
package struct EngineRequest: Sendable {
    /// Its name.
    package var id: SequenceID
    /// The prompt; never empty.
    package var promptTokenIDs: [Int32]
    /// How to choose; `n` is not looked at, `maxTokens` and `seed` are resolved.
    package var params: SamplingParams
    /// Which of its request's sequences it is: part of the random stream's key.
    package var sequenceIndex: Int
    /// Tokens that end a sequence unless `ignoreEOS`.
    package var eosTokenIDs: [Int32]
    /// Lower comes first under the priority policy.
    package var priority: Int
    /// Requests with different salts share no cached prefix.
    package var cacheSalt: String?
    /// When it arrived.
    package var arrival: ContinuousClock.Instant

    package init(
        id: SequenceID,
        promptTokenIDs: [Int32],
        params: SamplingParams,
        sequenceIndex: Int = 0,
        eosTokenIDs: [Int32] = [],
        priority: Int = 0,
        cacheSalt: String? = nil,
        arrival: ContinuousClock.Instant = .now
    ) {
        self.id = id
        self.promptTokenIDs = promptTokenIDs
        self.params = params
        self.sequenceIndex = sequenceIndex
        self.eosTokenIDs = eosTokenIDs
        self.priority = priority
        self.cacheSalt = cacheSalt
        self.arrival = arrival
    }
}
