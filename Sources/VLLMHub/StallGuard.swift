// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Gives up a transfer from which nothing arrives.
struct StallGuard: Sendable {
    /// The time.
    let clock: any HubClock
    /// A transfer ends after this much silence, at most twice of it.
    let limit: Duration

    /// Runs a transfer that touches `activity` whenever something arrives.
    func run<Value: Sendable>(
        from url: HubURL, _ activity: Activity, _ transfer: @escaping @Sendable () async throws -> Value
    ) async throws(TransferError) -> Value {
        let silence = TransferError.temporary(
            HubError(.network, "\(url) sends nothing for \(limit.components.seconds) seconds."))
        do {
            return try await withThrowingTaskGroup(of: Value.self) { [clock, limit] group in
                group.addTask { try await transfer() }
                group.addTask {
                    while true {
                        let before = activity.count
                        try await clock.watch(for: limit)
                        if activity.count == before { throw silence }
                    }
                }
                defer { group.cancelAll() }
                guard let value = try await group.next() else { throw CancellationError() }
                return value
            }
        } catch {
            if Task.isCancelled { throw .final(.cancelled) }
            throw TransferError(error, url: url)
        }
    }
}
