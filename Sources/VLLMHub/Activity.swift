// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Counts what arrives, so that silence can be noticed.
final class Activity: Sendable {
    private let events = Atomic<Int>(0)

    /// Records that something arrived.
    func touch() { events.add(1, ordering: .relaxed) }

    /// How often something arrived.
    var count: Int { events.load(ordering: .relaxed) }
}
