// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Which keys of an object were read.
final class KeyRecord: Sendable {
    private struct State {
        var keys: Set<String> = []
        var nested: [String: KeyRecord] = [:]
    }

    private let state = Mutex(State())

    /// Remembers a key.
    func insert(_ key: String) { state.withLock { _ = $0.keys.insert(key) } }

    /// True where a key was read.
    func contains(_ key: String) -> Bool { state.withLock { $0.keys.contains(key) } }

    /// All keys that were read.
    var all: Set<String> { state.withLock { $0.keys } }

    /// The record of an object under a key, the same each time.
    func nested(_ key: String) -> KeyRecord {
        state.withLock { state in
            if let record = state.nested[key] { return record }
            let record = KeyRecord()
            state.nested[key] = record
            return record
        }
    }
}
