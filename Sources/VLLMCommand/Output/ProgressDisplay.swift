// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Shows the progress of a piece of work on standard error where that is a terminal, and nowhere else.
final class ProgressDisplay: Sendable {
    private let bar: Mutex<ProgressBar>
    private let isShown: Bool

    /// Starts a display.
    init(_ title: String, unit: ProgressBar.Unit, isShown: Bool = Terminal.drawsProgress) {
        bar = Mutex(ProgressBar(title, unit: unit, start: .now))
        self.isShown = isShown
    }

    /// Draws a state; may be called from any thread.
    func update(done: Int, total: Int) {
        guard isShown else { return }
        bar.withLock { bar in
            guard let line = bar.update(done: done, total: total, now: .now) else { return }
            Terminal.printError("\r\u{1B}[K\(line)")
        }
    }

    /// Takes the line away and gives a sentence on the finished work.
    func finish(total: Int) -> String {
        if isShown { Terminal.printError("\r\u{1B}[K") }
        return bar.withLock { $0.summary(total: total, now: .now) }
    }

    /// Takes the line away.
    func clear() {
        if isShown { Terminal.printError("\r\u{1B}[K") }
    }
}
