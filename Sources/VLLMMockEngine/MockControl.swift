// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization
package import VLLMTypes

/// A test's hold on a scripted engine: what it did, and when it may go on.
package final class MockControl: Sendable {
    /// What one step did.
    package struct Step: Sendable {
        /// The step's number, from 0.
        package var number: Int
        /// Sequences that were computed.
        package var computed: [SequenceID]
        /// Sequences that the engine forgot: ended, cancelled or preempted.
        package var released: [SequenceID]
        /// Sequences that the engine holds after the step.
        package var numLive: Int
    }

    private struct State {
        /// Steps that may yet be made; nil sets no limit.
        var permits: Int?
        var waiter: Doorbell?
    }

    private let state: Mutex<State>
    /// Every step as it is made; one reader.
    package let steps: AsyncStream<Step>
    private let continuation: AsyncStream<Step>.Continuation

    /// Creates a hold.
    ///
    /// - Parameter isGated: makes every step wait for `allow`.
    package init(isGated: Bool = false) {
        state = Mutex(State(permits: isGated ? 0 : nil))
        (steps, continuation) = AsyncStream.makeStream(of: Step.self)
    }

    /// Lets the engine make more steps.
    package func allow(steps: Int) { change { $0.permits = $0.permits.map { $0 + steps } } }

    /// Lets the engine go on without limit.
    package func open() { change { $0.permits = nil } }

    private func change(_ body: (inout State) -> Void) {
        let waiter: Doorbell? = state.withLock { state in
            body(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.ring()
    }

    /// Waits, on the engine's thread, until a step may be made.
    func enter() {
        while true {
            let bell = Doorbell()
            let mayPass = state.withLock { state in
                guard let permits = state.permits else { return true }
                if permits > 0 {
                    state.permits = permits - 1
                    return true
                }
                state.waiter = bell
                return false
            }
            if mayPass { return }
            bell.wait()
        }
    }

    /// Reports a step.
    func report(_ step: Step) { continuation.yield(step) }
}
