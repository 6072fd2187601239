// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Lets one task wait until something has happened.
final class Gate: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    /// Creates a gate that is closed.
    init() { (stream, continuation) = AsyncStream.makeStream() }

    /// Lets the task pass.
    func open() { continuation.finish() }

    /// Waits until the gate is open.
    func wait() async { for await _ in stream {} }
}
