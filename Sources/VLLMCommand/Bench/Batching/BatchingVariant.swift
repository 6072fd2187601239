// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMScheduling

/// A way to share the pool and the steps between requests: what `vllm bench batching` compares.
package enum BatchingVariant: String, Sendable, CaseIterable {
    /// The engine as it is.
    case paged
    /// Blocks for prompt and output from the start, as if the output's length were known.
    case oracle
    /// Blocks for prompt and the output's length up to the next power of two from the start.
    case pow2
    /// Blocks for the longest sequence from the start.
    case max
    /// Pages, and batches that none joins.
    case staticPaged = "static-paged"
    /// Blocks for the longest sequence, and batches that none joins.
    case staticMax = "static-max"

    /// What the scheduler is told.
    package func apply(to config: inout SchedulerConfig) {
        config.batching = self == .staticPaged || self == .staticMax ? .static : .continuous
        switch self {
        case .paged, .staticPaged: config.reservation = .paged
        case .oracle: config.reservation = .oracle
        case .pow2: config.reservation = .powerOfTwo
        case .max, .staticMax: config.reservation = .maximum
        }
    }
}
