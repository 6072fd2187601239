// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import VLLMTypes

/// What the engine says of a request's sequences, on its way to whoever waits for it.
///
/// The engine never waits: where the reader is slow, events beyond a few are joined to the one before of the same
/// sequence, so that a token that nobody reads yet takes some bytes and not an event of its own.
final class EventQueue: Sendable {
    /// Events that are kept apart before they are joined.
    private static let patience = 64

    fileprivate struct State {
        var pending: [SequenceEvent] = []
        /// Events at the start of `pending` that have been taken.
        var head = 0
        /// Events that were taken and are no longer in `pending`.
        var numDropped = 0
        /// The number of each sequence's last event, counted from the request's first.
        var last: [Int: Int] = [:]
        var reader: CheckedContinuation<SequenceEvent?, Never>?
        var isOver = false
        var onEnd: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Called once when nobody reads any more: the reader's task was cancelled, or let go of the stream.
    func onEnd(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.onEnd = body } }

    /// Adds an event.
    func push(_ event: SequenceEvent) {
        let reader = state.withLock { state in
            guard state.reader == nil else {
                defer { state.reader = nil }
                return state.reader
            }
            if !state.isOver { state.add(event, patience: Self.patience) }
            return nil
        }
        reader?.resume(returning: event)
    }

    /// The next event; nil once reading is over.
    func next(isolation: isolated (any Actor)? = #isolation) async -> SequenceEvent? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (event, waits): (SequenceEvent?, Bool) = state.withLock { state in
                    if state.isOver { return (nil, false) }
                    if let event = state.takeFirst() { return (event, false) }
                    state.reader = continuation
                    return (nil, true)
                }
                if !waits { continuation.resume(returning: event) }
            }
        } onCancel: {
            end()
        }
    }

    /// Ends reading.
    func end() {
        let (reader, onEnd) = state.withLock { state in
            defer { (state.reader, state.onEnd) = (nil, nil) }
            state.isOver = true
            state.pending = []
            return (state.reader, state.onEnd)
        }
        reader?.resume(returning: nil)
        onEnd?()
    }
}

extension EventQueue.State {
    fileprivate mutating func add(_ event: SequenceEvent, patience: Int) {
        if pending.count - head >= patience, event.output.promptLogprobs == nil,
            let number = last[event.index], number >= numDropped + head
        {
            pending[number - numDropped].join(event)
            return
        }
        last[event.index] = numDropped + pending.count
        pending.append(event)
    }

    fileprivate mutating func takeFirst() -> SequenceEvent? {
        guard head < pending.count else { return nil }
        let event = pending[head]
        head += 1
        // A reader that never catches up must not keep what it has read.
        if head == pending.count || head >= 256 {
            pending.removeFirst(head)
            numDropped += head
            head = 0
        }
        return event
    }
}

extension SequenceEvent {
    /// Takes in a later event of the same sequence.
    fileprivate mutating func join(_ later: SequenceEvent) {
        var (tokens, logprobs) = (output.newTokenIDs, output.logprobs)
        let (prompt, scheduled) = (output.promptLogprobs, output.firstScheduled)
        output = later.output
        tokens.append(contentsOf: output.newTokenIDs)
        logprobs += output.logprobs
        (output.newTokenIDs, output.logprobs) = (tokens, logprobs)
        output.promptLogprobs = prompt
        output.firstScheduled = scheduled ?? output.firstScheduled
        time = later.time
    }
}

/// The reader's end of a queue, whose release ends reading.
final class EventReader: Sendable {
    let queue: EventQueue

    init(_ queue: EventQueue) { self.queue = queue }

    deinit { queue.end() }
}
