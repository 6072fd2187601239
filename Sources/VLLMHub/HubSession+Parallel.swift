// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Several at a time.
extension HubSession {
    /// Works on items, as many at a time as files may be fetched; the first error cancels the others.
    func eachInParallel<Item: Sendable, Value: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item) async throws(HubError) -> Value
    ) async throws(HubError) -> [Value] {
        var values: [Value] = []
        var failure: HubError?
        await withTaskGroup(of: Result<Value, HubError>.self) { group in
            var rest = items.makeIterator()
            func addNext() {
                guard failure == nil, let item = rest.next() else { return }
                group.addTask {
                    do throws(HubError) {
                        return .success(try await body(item))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            for _ in 0..<max(1, configuration.maxConcurrentFiles) { addNext() }
            for await result in group {
                switch result {
                case .success(let value): values.append(value)
                case .failure(let error):
                    // The others end with `cancelled` because of this one.
                    failure = failure ?? error
                    group.cancelAll()
                }
                addNext()
            }
        }
        if let failure { throw failure }
        return values
    }
}
