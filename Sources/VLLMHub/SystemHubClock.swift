// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The system's time.
package struct SystemHubClock: HubClock {
    /// Creates a clock.
    package init() {}

    /// Sleeps.
    package func pause(for duration: Duration) async throws(CancellationError) { try await sleep(duration) }

    /// Sleeps.
    package func watch(for duration: Duration) async throws(CancellationError) { try await sleep(duration) }

    /// Seconds since 1970.
    package var unixTime: Int { time(nil) }

    /// A random number.
    package var jitter: Double { .random(in: 0..<1) }

    private func sleep(_ duration: Duration) async throws(CancellationError) {
        do {
            try await Task.sleep(for: duration)
        } catch {
            throw CancellationError()
        }
    }
}
