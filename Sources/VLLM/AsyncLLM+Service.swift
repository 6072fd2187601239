// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import ServiceLifecycle
public import VLLMEngine

/// An engine as a service of a `ServiceGroup`: it serves until the group shuts down, and frees its memory then.
///
/// ```swift
/// let engine = try await LLM(model: "models/Qwen2.5-0.5B-Instruct").engine
/// let group = ServiceGroup(
///     services: [engine, app], gracefulShutdownSignals: [.sigterm], logger: logger)
/// try await group.run()
/// ```
extension AsyncLLM: Service {
    /// Waits for the graceful shutdown, or for the task's cancellation, and ends the engine.
    ///
    /// Services that come later in the group are shut down before it, so that their requests are done.
    public func run() async throws {
        try? await gracefulShutdown()
        await shutdown()
    }
}
