// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import VLLMTypes

/// Which stream each sequence of the engine belongs to.
final class RequestRegistry: Sendable {
    fileprivate struct Entry {
        let index: Int
        let stream: AsyncStream<SequenceEvent>.Continuation
    }

    fileprivate struct State {
        var entries: [SequenceID: Entry] = [:]
        /// Why the engine takes no more requests.
        var failure: String?
    }

    private let state = Mutex(State())

    /// Sequences that have not ended.
    var count: Int { state.withLock { $0.entries.count } }

    /// Why the engine is dead, or nil while it lives.
    var failure: String? { state.withLock { $0.failure } }

    /// Adds a request's sequences; false if the engine is dead.
    func add(_ ids: [SequenceID], stream: AsyncStream<SequenceEvent>.Continuation) -> Bool {
        state.withLock { state in
            guard state.failure == nil else { return false }
            for (index, id) in ids.enumerated() { state.entries[id] = Entry(index: index, stream: stream) }
            return true
        }
    }

    /// Forgets a sequence; false if it had ended.
    func remove(_ id: SequenceID) -> Bool {
        state.withLock { $0.entries.removeValue(forKey: id) != nil }
    }

    /// Gives a step's outputs to their streams.
    func publish(_ step: StepOutput) {
        let now = ContinuousClock.now
        let events: [(Entry, EngineCoreOutput)] = state.withLock { state in
            if let failure = step.failure { return state.fail(failure) }
            return step.outputs.compactMap { output in
                let entry =
                    output.finishReason == nil
                    ? state.entries[output.id] : state.entries.removeValue(forKey: output.id)
                return entry.map { ($0, output) }
            }
        }
        for (entry, output) in events {
            entry.stream.yield(SequenceEvent(index: entry.index, output: output, time: now))
        }
    }

    /// Ends all sequences, as aborted ones.
    func abortAll() -> [SequenceID] {
        let entries = state.withLock { state in
            let entries = state.entries
            state.entries = [:]
            return entries
        }
        for (id, entry) in entries {
            var output = EngineCoreOutput(id: id)
            output.finishReason = .abort
            entry.stream.yield(SequenceEvent(index: entry.index, output: output, time: .now))
        }
        return Array(entries.keys)
    }
}

extension RequestRegistry.State {
    /// Makes an error of every sequence.
    fileprivate mutating func fail(_ message: String) -> [(RequestRegistry.Entry, EngineCoreOutput)] {
        failure = message
        defer { entries = [:] }
        return entries.map { id, entry in
            var output = EngineCoreOutput(id: id)
            output.finishReason = .error
            output.failure = message
            return (entry, output)
        }
    }
}
