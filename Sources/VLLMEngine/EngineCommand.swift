// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTypes

/// What the front end says to the engine.
package enum EngineCommand: Sendable {
    case add(EngineRequest)
    case abort(SequenceID)
    case resetPrefixCache
    /// Ends the loop; what runs is aborted.
    case stop
}
