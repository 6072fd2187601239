// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import VLLMTypes

/// What the front end says to the engine.
package enum EngineCommand: Sendable {
    case add(EngineRequest)
    case abort(SequenceID)
    case resetPrefixCache
    /// Ends the loop; what runs is aborted.
    case stop
}

/// Commands on their way to the engine thread, which drains them once a step and sleeps when there is nothing.
///
/// SAFETY: `commands` is touched under the mutex only.
@safe final class Mailbox: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var commands: [EngineCommand] = []

    init() {
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Adds a command and wakes the engine.
    func send(_ command: EngineCommand) {
        unsafe pthread_mutex_lock(mutex)
        commands.append(command)
        unsafe pthread_cond_signal(condition)
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Takes all commands; sleeps until there is one if `waiting`.
    func drain(waiting: Bool) -> [EngineCommand] {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while waiting, commands.isEmpty { unsafe pthread_cond_wait(condition, mutex) }
        let drained = commands
        commands.removeAll(keepingCapacity: true)
        return drained
    }
}
