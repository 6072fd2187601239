// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMEngine

/// One thread of low priority, for work that grows with a request's body: parsing, templating, tokenizing.
///
/// A prompt of megabytes takes a tenth of a second and more; on the threads that serve streams it would stall them.
package final class BackgroundExecutor: TaskExecutor {
    /// Bodies of more bytes than this are worked on here.
    static let threshold = 4096

    @safe private enum Letter: Sendable {
        case run(UnownedJob, on: UnownedTaskExecutor)
        case stop
    }

    private let mailbox = Mailbox<Letter>()

    /// Starts the thread; nil where the system gives none.
    package init?() {
        let started = OSThread.start { [mailbox] in
            OSThread.lowerPriority()
            while true {
                for letter in mailbox.drain(waiting: true) {
                    guard case .run(let job, let executor) = letter else { return }
                    unsafe job.runSynchronously(on: executor)
                }
            }
        }
        guard started else { return nil }
    }

    deinit { mailbox.send(.stop) }

    package func enqueue(_ job: consuming ExecutorJob) {
        // A task keeps the executor it prefers alive for as long as it has jobs on it.
        unsafe mailbox.send(.run(UnownedJob(job), on: asUnownedTaskExecutor()))
    }
}
