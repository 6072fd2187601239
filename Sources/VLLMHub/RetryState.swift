// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Counts the attempts at one thing.
struct RetryState: Sendable {
    private let policy: RetryPolicy
    private var failures = 0

    /// What an attempt has to bring for the count to begin anew.
    private static let progress = 1 << 20

    /// Starts to count.
    init(_ policy: RetryPolicy) { self.policy = policy }

    /// Records a failed attempt; returns how long to wait before the next, or throws what is to be reported.
    ///
    /// Half of the exponential delay is left to chance; what a server asks for is never undercut.
    mutating func delay(
        after error: TransferError, receivedBytes: Int = 0, jitter: Double
    ) throws(HubError) -> Duration {
        guard case .temporary(let reason, let requested) = error else { throw error.reason }
        failures = receivedBytes >= Self.progress ? 1 : failures + 1
        guard failures < policy.maximumAttempts else {
            throw HubError(reason.kind, "\(reason.message) Given up after \(failures) attempts.")
        }
        if let requested, requested > policy.longestRequestedDelay {
            throw HubError(
                .rateLimited, "\(reason.message) It asks to wait for \(requested.components.seconds) seconds."
            )
        }
        let doubled = policy.firstDelay * (1 << min(failures - 1, 20))
        let delay = min(doubled, policy.longestDelay) * (0.5 + jitter / 2)
        return max(delay, requested.map { $0 + policy.firstDelay * jitter } ?? .zero)
    }
}
