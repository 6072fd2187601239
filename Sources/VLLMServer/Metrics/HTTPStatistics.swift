// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import VLLMEngine

/// Counts responses by path, method and class of status, by the names of vLLM's HTTP instrumentation.
final class HTTPStatistics: Sendable {
    /// What responses are counted by.
    struct Key: Hashable {
        var path: String
        var method: String
        var status: String
    }

    /// Paths that are asked for by machines, all the time.
    private static let excluded: Set<String> = [
        "/metrics", "/health", "/load", "/ping", "/version", "/server_info",
    ]

    private let counts = Mutex<[Key: Int]>([:])
    private let durations = Mutex<[String: Histogram]>([:])

    func record(path: String, method: String, status: Int, duration: Duration) {
        guard !Self.excluded.contains(path) else { return }
        counts.withLock { $0[Key(path: path, method: method, status: "\(status / 100)xx"), default: 0] += 1 }
        durations.withLock { $0[path, default: Histogram(bounds: [0.1, 0.5, 1])].observe(duration.seconds) }
    }

    /// The counts, in a fixed order.
    var sortedCounts: [(key: Key, count: Int)] {
        counts.withLock { $0 }.map { ($0.key, $0.value) }
            .sorted {
                ($0.key.path, $0.key.method, $0.key.status) < ($1.key.path, $1.key.method, $1.key.status)
            }
    }

    /// Seconds until the response began, by path in a fixed order.
    var sortedDurations: [(path: String, histogram: Histogram)] {
        durations.withLock { $0 }.map { ($0.key, $0.value) }.sorted { $0.path < $1.path }
    }
}
