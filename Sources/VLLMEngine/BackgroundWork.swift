// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// One piece of work on a thread of low priority, which somebody may wait for, though not for ever.
///
/// Make it before the calling thread is bound to a core, for threads inherit that.
package final class BackgroundWork: Sendable {
    /// What is done; it asks every second or so whether nobody waits for it any longer, and ends early then.
    package typealias Work = @Sendable (_ isCancelled: @escaping () -> Bool) -> Void

    /// How long the end of an engine waits before it has the work given up.
    package static let patience = Duration.seconds(5)

    private let mailbox = Mailbox<Work?>()
    private let ended = Mailbox<Void>()
    private let deadline = Deadline()
    private let isRunning: Bool

    /// Starts the thread, which waits.
    package init() {
        isRunning = OSThread.start { [mailbox, ended, deadline] in
            OSThread.lowerPriority()
            if case .some(.some(let work)) = mailbox.drain(waiting: true).first {
                work { deadline.hasPassed }
            }
            ended.send(())
        }
    }

    deinit { mailbox.send(nil) }

    /// Gives the thread its work; where the system gave no thread, the work is done at once.
    package func start(_ work: @escaping Work) {
        if isRunning { mailbox.send(work) } else { work { false } }
    }

    /// Waits until the work that was given has ended, if any was; once.
    ///
    /// - Parameter patience: after this long the work is to give up.
    package func finish(within patience: Duration = patience) {
        guard isRunning else { return }
        deadline.set(.now + patience)
        mailbox.send(nil)
        _ = ended.drain(waiting: true)
    }
}

/// When work is to be given up, if it is.
private final class Deadline: Sendable {
    private let instant = Mutex<ContinuousClock.Instant?>(nil)

    func set(_ instant: ContinuousClock.Instant) { self.instant.withLock { $0 = instant } }

    var hasPassed: Bool { instant.withLock { $0.map { .now >= $0 } ?? false } }
}
