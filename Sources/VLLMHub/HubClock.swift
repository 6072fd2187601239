// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The time of a download; tests have their own.
package protocol HubClock: Sendable {
    /// Waits between two attempts, or between two looks at a lock.
    func pause(for duration: Duration) async throws(CancellationError)

    /// Waits for the next look at whether a transfer still moves.
    func watch(for duration: Duration) async throws(CancellationError)

    /// Seconds since 1970.
    var unixTime: Int { get }

    /// The part of a delay, in 0..<1, that is left to chance so that clients do not return at once.
    var jitter: Double { get }
}
