// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Adds up the progress of files that come at the same time.
final class ProgressMeter: Sendable {
    private struct State {
        var progress = HubProgress()
        var reported = -1
    }

    /// Bytes between two reports.
    private static let granularity = 1 << 20

    private let state = Mutex(State())
    private let report: @Sendable (HubProgress) -> Void

    /// Creates a meter; `report` is called by one task at a time, at most once a mebibyte and once a file.
    init(_ report: @escaping @Sendable (HubProgress) -> Void) { self.report = report }

    /// Adds files that are wanted, of which some bytes and files are here.
    func expect(_ more: HubProgress) {
        update(always: true) { progress in
            progress.totalBytes += more.totalBytes
            progress.totalFiles += more.totalFiles
            progress.receivedBytes += more.receivedBytes
            progress.completedFiles += more.completedFiles
        }
    }

    /// Adds bytes; a negative number where they have to come again.
    func add(bytes: Int) {
        guard bytes != 0 else { return }
        update(always: false) { $0.receivedBytes += bytes }
    }

    /// Adds complete files.
    func add(files: Int) { update(always: true) { $0.completedFiles += files } }

    private func update(always: Bool, _ change: (inout HubProgress) -> Void) {
        // Reports are made under the lock, so that they arrive in order.
        state.withLock { state in
            change(&state.progress)
            let mark = state.progress.receivedBytes / Self.granularity
            guard always || mark != state.reported else { return }
            state.reported = mark
            report(state.progress)
        }
    }
}
