// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import VLLMHub

/// A time in which pauses take no time and silence is noticed when a test says so.
final class TestClock: HubClock {
    private struct State {
        var pauses: [Duration] = []
        var isLooking = false
        var watchers: [Int: CheckedContinuation<Void, any Error>] = [:]
        var nextWatcher = 0
    }

    private let state = Mutex(State())
    private let onPause: @Sendable (Duration) -> Void

    let unixTime = 784_111_777
    let jitter = 0.5

    /// Creates a clock that tells of pauses.
    init(onPause: @escaping @Sendable (Duration) -> Void = { _ in }) { self.onPause = onPause }

    /// How long was waited.
    var pauses: [Duration] { state.withLock { $0.pauses } }

    /// Lets watchers look, again and again, until one of them has found silence and a pause follows.
    func letSilenceBeNoticed() {
        let watchers = state.withLock { state in
            state.isLooking = true
            defer { state.watchers = [:] }
            return state.watchers.values
        }
        for watcher in watchers { watcher.resume() }
    }

    func pause(for duration: Duration) async throws(CancellationError) {
        if Task.isCancelled { throw CancellationError() }
        state.withLock { state in
            state.pauses.append(duration)
            state.isLooking = false
        }
        onPause(duration)
        await Task.yield()
    }

    func watch(for duration: Duration) async throws(CancellationError) {
        await Task.yield()
        let number = state.withLock { state in
            state.nextWatcher += 1
            return state.nextWatcher
        }
        do {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let answer: Result<Void, any Error>? = state.withLock { state in
                        if Task.isCancelled { return .failure(CancellationError()) }
                        if state.isLooking { return .success(()) }
                        state.watchers[number] = continuation
                        return nil
                    }
                    if let answer { continuation.resume(with: answer) }
                }
            } onCancel: {
                state.withLock { $0.watchers.removeValue(forKey: number) }?.resume(
                    throwing: CancellationError())
            }
        } catch {
            throw CancellationError()
        }
    }
}
