// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTypes

/// A request and when it arrives.
package struct TimedRequest: Sendable {
    /// Seconds from the start.
    package let arrival: Double
    /// What is asked; `maxTokens` is what is generated.
    package let request: EngineRequest

    /// Creates a request.
    package init(arrival: Double, request: EngineRequest) {
        self.arrival = arrival
        self.request = request
    }
}
