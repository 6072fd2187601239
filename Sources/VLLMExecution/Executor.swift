// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTypes

/// What carries out the scheduler's plans: one model on one device, many of them, or a script in a test.
package protocol Executor {
    /// Computes one step.
    mutating func execute(_ plan: SchedulerOutput) throws -> ModelRunnerOutput
}
