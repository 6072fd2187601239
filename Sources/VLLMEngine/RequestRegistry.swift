// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import VLLMTypes

/// Which stream each sequence of the engine belongs to.
final class RequestRegistry: Sendable {
    fileprivate struct Entry {
        let index: Int
        let stream: EventQueue
        /// Prompt tokens of a request that waits, said of its first sequence alone.
        var queuedTokens: Int?
    }

    fileprivate struct State {
        var entries: [SequenceID: Entry] = [:]
        var engine = EngineState.running
        var queue = RequestQueue()
        var numRejected: [RequestQueue.Limit: Int] = [:]
    }

    private let state = Mutex(State())
    private let limits: QueueLimits

    init(limits: QueueLimits = QueueLimits()) { self.limits = limits }

    /// Sequences that have not ended.
    var count: Int { state.withLock { $0.entries.count } }

    /// Whether the engine takes requests.
    var engineState: EngineState { state.withLock { $0.engine } }

    /// Requests that were refused for a queue that was full, by the limit.
    var numRejected: [RequestQueue.Limit: Int] { state.withLock { $0.numRejected } }

    /// Adds a request's sequences; throws while the engine takes none, and where too many wait.
    func add(
        _ ids: [SequenceID], promptTokens: Int, stream: EventQueue
    ) throws(RequestError) {
        let (engine, exceeded) = state.withLock { state in
            let exceeded = state.queue.limitExceeded(by: promptTokens, limits)
            if let exceeded, state.engine == .running { state.numRejected[exceeded, default: 0] += 1 }
            if state.engine == .running, exceeded == nil {
                for (index, id) in ids.enumerated() {
                    state.entries[id] = Entry(
                        index: index, stream: stream, queuedTokens: index == 0 ? promptTokens : nil)
                }
                state.queue.enter(promptTokens)
            }
            return (state.engine, exceeded)
        }
        if let exceeded, engine == .running { throw exceeded.error(limits) }
        switch engine {
        case .running: return
        case .restarting(let reason):
            throw RequestError(nil, "The engine is being restarted. \(reason)", kind: .unavailable)
        case .dead(let reason): throw RequestError(nil, reason, kind: .engineFailure)
        }
    }

    /// Forgets a sequence; false if it had ended.
    func remove(_ id: SequenceID) -> Bool {
        state.withLock { $0.remove(id) != nil }
    }

    /// Gives a step's outputs to their streams; returns the sequences that run for nobody.
    @discardableResult
    func publish(_ step: StepOutput) -> [SequenceID] {
        if let failure = step.failure {
            engineChanged(to: .dead(failure))
            return []
        }
        let now = ContinuousClock.now
        var orphans: [SequenceID] = []
        let events: [(Entry, EngineCoreOutput)] = state.withLock { state in
            for id in step.started { state.start(id) }
            return step.outputs.compactMap { output in
                let entry = output.finishReason == nil ? state.entries[output.id] : state.remove(output.id)
                if entry == nil, output.finishReason == nil { orphans.append(output.id) }
                return entry.map { ($0, output) }
            }
        }
        for (entry, output) in events {
            entry.stream.push(SequenceEvent(index: entry.index, output: output, time: now))
        }
        return orphans
    }

    /// Notes that the engine died or that another runs; the sequences of one that died end with its error.
    func engineChanged(to engine: EngineState) {
        let entries = state.withLock { state in
            state.engine = engine
            return engine == .running ? [:] : state.removeAll()
        }
        let reason: String
        switch engine {
        case .running: return
        case .restarting(let message), .dead(let message): reason = message
        }
        for (id, entry) in entries {
            var output = EngineCoreOutput(id: id)
            output.finishReason = .error
            output.failure = reason
            entry.stream.push(SequenceEvent(index: entry.index, output: output, time: .now))
        }
    }

    /// Ends all sequences, as aborted ones.
    func abortAll() -> [SequenceID] {
        let entries = state.withLock { $0.removeAll() }
        for (id, entry) in entries {
            var output = EngineCoreOutput(id: id)
            output.finishReason = .abort
            entry.stream.push(SequenceEvent(index: entry.index, output: output, time: .now))
        }
        return Array(entries.keys)
    }
}

extension RequestRegistry.State {
    /// Notes that a sequence does not wait any more.
    fileprivate mutating func start(_ id: SequenceID) {
        guard let tokens = entries[id]?.queuedTokens else { return }
        entries[id]?.queuedTokens = nil
        queue.leave(tokens)
    }

    fileprivate mutating func remove(_ id: SequenceID) -> RequestRegistry.Entry? {
        start(id)
        return entries.removeValue(forKey: id)
    }

    fileprivate mutating func removeAll() -> [SequenceID: RequestRegistry.Entry] {
        defer { (entries, queue) = ([:], RequestQueue()) }
        return entries
    }
}
