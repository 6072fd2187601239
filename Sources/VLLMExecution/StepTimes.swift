// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Where the time of a runner's steps went, all of them together.
package struct StepTimes: Sendable, Hashable {
    /// From a plan to its result.
    package var total = Duration.zero
    /// In the model and in the drawing of tokens: what the kernels and their threads take.
    package var computation = Duration.zero

    /// Around the kernels: taking sequences in, laying out the batch, reading parameters, noting tokens.
    package var preparation: Duration { total - computation }

    /// Creates times of no steps.
    package init() {}
}
