// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Why requests failed, counted.
package enum FailureReasons {
    /// The first different reasons, in the order of the requests, and how many requests each befell.
    package static func first(_ limit: Int, of records: [RequestRecord]) -> [(reason: String, count: Int)] {
        var order: [String] = []
        var counts: [String: Int] = [:]
        for record in records {
            guard let reason = record.error else { continue }
            if counts[reason] == nil { order.append(reason) }
            counts[reason, default: 0] += 1
        }
        return order.prefix(limit).map { ($0, counts[$0] ?? 0) }
    }
}
