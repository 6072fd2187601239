// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// When to try again after an error that may pass.
package struct RetryPolicy: Sendable, Hashable {
    /// Attempts in a row that bring nothing.
    package var maximumAttempts = 5
    /// The delay after the first attempt; it doubles with each.
    package var firstDelay = Duration.milliseconds(500)
    /// The longest of these delays.
    package var longestDelay = Duration.seconds(30)
    /// The longest time that a server may ask to wait; one that asks for more is given up.
    package var longestRequestedDelay = Duration.seconds(300)

    /// Creates the policy of the defaults.
    package init() {}
}
