// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTokenizers
public import VLLMTypes

/// A request's outputs as they come.
///
/// To cancel the request, cancel the task that iterates, or let go of the stream: the engine frees its blocks within
/// one step. A stream may be iterated once.
public struct RequestStream: AsyncSequence, Sendable {
    public typealias Element = RequestOutput
    public typealias Failure = any Error

    let events: EventReader
    let request: ProcessedRequest
    let tokenizer: Tokenizer?
    let metrics: EngineMetrics
    let abort: @Sendable (Int) -> Void

    /// The request's id.
    public var requestID: String { request.id }
    /// The prompt's tokens.
    public var promptTokenIDs: [Int32] { request.promptTokenIDs }

    /// Starts to wait for outputs.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(
            events: events,
            assembler: OutputAssembler(request, tokenizer: tokenizer, metrics: metrics), abort: abort)
    }

    /// Waits for outputs.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let events: EventReader
        var assembler: OutputAssembler
        let abort: @Sendable (Int) -> Void

        /// The next output, or nil when the request has ended; throws if the engine failed.
        public mutating func next() async throws -> RequestOutput? {
            while !assembler.isFinished, let event = await events.queue.next() {
                let output = assembler.take(event)
                if let stopped = assembler.stoppedSequence { abort(stopped) }
                if let failure = assembler.failure { throw RequestError(nil, failure, kind: .engineFailure) }
                if let output { return output }
            }
            return nil
        }
    }
}
