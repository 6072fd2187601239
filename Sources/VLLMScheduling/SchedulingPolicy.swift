// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTypes

/// Decides whose turn it is, by vLLM's names.
package enum SchedulingPolicy: String, Sendable, Hashable, CaseIterable {
    /// First come, first served.
    case fcfs
    /// The lowest `priority` first; among equals, first come, first served.
    case priority

    /// Returns the place of the request that was the `arrival`th to be added.
    package func rank(of request: EngineRequest, arrival: UInt64) -> Rank {
        Rank(priority: self == .priority ? request.priority : 0, arrival: arrival)
    }

    /// A request's place among all, for its whole life; no two are equal.
    ///
    /// The lowest is admitted first and preempted last, so that it always makes progress. A preempted request
    /// keeps its rank: under `fcfs` it is the next to be admitted.
    package struct Rank: Comparable, Sendable {
        /// Lower comes first.
        package let priority: Int
        /// How many were added before.
        package let arrival: UInt64

        /// Compares priorities, then arrivals.
        package static func < (left: Rank, right: Rank) -> Bool {
            left.priority != right.priority ? left.priority < right.priority : left.arrival < right.arrival
        }
    }
}
