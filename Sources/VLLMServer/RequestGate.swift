// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Counts the requests under way and closes the door to new ones when the server is to stop.
final class RequestGate: Sendable {
    private struct State {
        var numActive = 0
        var isDraining = false
        var waiters: [AsyncStream<Never>.Continuation] = []
    }

    private let state = Mutex(State())

    /// Requests whose response is not written yet.
    var numActive: Int { state.withLock { $0.numActive } }

    /// True once no new work is taken.
    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Takes no new work from now on.
    func beginDraining() { state.withLock { $0.isDraining = true } }

    /// Counts a request in.
    func enter() { state.withLock { $0.numActive += 1 } }

    /// Counts a request out.
    func leave() {
        let waiters: [AsyncStream<Never>.Continuation] = state.withLock { state in
            state.numActive -= 1
            guard state.numActive == 0 else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.finish() }
    }

    /// Waits until no request is under way, or until the task is cancelled.
    func waitUntilIdle() async {
        let (idle, continuation) = AsyncStream.makeStream(of: Never.self)
        state.withLock { state in
            if state.numActive > 0 { state.waiters.append(continuation) } else { continuation.finish() }
        }
        for await _ in idle {}
    }
}

/// Counts generation requests for `/load`: one for as long as the token lives.
final class LoadCounter: Sendable {
    /// One request under way.
    final class Token: Sendable {
        private let counter: LoadCounter

        fileprivate init(_ counter: LoadCounter) { self.counter = counter }

        deinit { counter.count.subtract(1, ordering: .relaxed) }
    }

    fileprivate let count = Atomic<Int>(0)

    /// Requests under way.
    var value: Int { count.load(ordering: .relaxed) }

    /// Counts a request for as long as the token lives.
    func begin() -> Token {
        count.add(1, ordering: .relaxed)
        return Token(self)
    }
}
