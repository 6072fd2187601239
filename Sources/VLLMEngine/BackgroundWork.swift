// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// One piece of work on a thread of low priority, which somebody may wait for.
///
/// Make it before the calling thread is bound to a core, for threads inherit that.
final class BackgroundWork: Sendable {
    private let mailbox = Mailbox<(@Sendable () -> Void)?>()
    private let ended = Mailbox<Void>()
    private let isRunning: Bool

    /// Starts the thread, which waits.
    init() {
        isRunning = OSThread.start { [mailbox, ended] in
            OSThread.lowerPriority()
            if case .some(.some(let work)) = mailbox.drain(waiting: true).first { work() }
            ended.send(())
        }
    }

    deinit { mailbox.send(nil) }

    /// Gives the thread its work; where the system gave no thread, the work is done at once.
    func start(_ work: @escaping @Sendable () -> Void) {
        if isRunning { mailbox.send(work) } else { work() }
    }

    /// Waits until the work that was given is done, if any was; once.
    func finish() {
        guard isRunning else { return }
        mailbox.send(nil)
        _ = ended.drain(waiting: true)
    }
}
