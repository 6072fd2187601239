// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Letters on their way to one thread, which takes all of them at once and sleeps while there are none.
///
/// SAFETY: `letters` is touched under the mutex only.
@safe package final class Mailbox<Letter: Sendable>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var letters: [Letter] = []

    package init() {
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Adds a letter and wakes the thread.
    package func send(_ letter: Letter) {
        unsafe pthread_mutex_lock(mutex)
        letters.append(letter)
        unsafe pthread_cond_signal(condition)
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Takes all letters; sleeps until there is one if `waiting`.
    package func drain(waiting: Bool) -> [Letter] {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while waiting, letters.isEmpty { unsafe pthread_cond_wait(condition, mutex) }
        let drained = letters
        letters.removeAll(keepingCapacity: true)
        return drained
    }
}
