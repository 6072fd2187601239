// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

/// What a model is sized for.
package struct ModelLimits: Sendable, Hashable {
    /// Tokens of one step.
    package var maxNumBatchedTokens: Int
    /// Tokens of one sequence.
    package var maxModelLen: Int

    package init(maxNumBatchedTokens: Int, maxModelLen: Int) {
        self.maxNumBatchedTokens = maxNumBatchedTokens
        self.maxModelLen = maxModelLen
    }
}

/// A model that continues text: what the runner needs of it.
package protocol TextModel: AnyObject {
    /// Logits of a row.
    var vocabularySize: Int { get }
    /// What each layer keeps of a token.
    var kvCacheSpecs: [KVCacheSpec] { get }
    /// Computes a step: writes the step's keys and values and gives the residual stream, [tokens, hidden].
    func hiddenStates(_ batch: StepBatch, cache: KVCache) -> Tensor
    /// Logits of some rows of the residual stream, at most `logitsSlab` at once, [rows, vocabulary] in float32.
    func logits(_ rows: [Int32], of hidden: Tensor) -> Tensor
}

/// Rows of logits that exist at one time, at most.
package let logitsSlab = 64
