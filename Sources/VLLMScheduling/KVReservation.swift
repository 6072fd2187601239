// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// How many tokens a sequence has blocks for when it is admitted.
///
/// An engine pages; the others are what that is measured against, by the names of Kwon et al., "Efficient Memory
/// Management for Large Language Model Serving with PagedAttention", SOSP 2023, section 6.1. With them no sequence
/// ever needs another block, so none is preempted.
package enum KVReservation: Sendable, Hashable, CaseIterable {
    /// Its tokens and the next one; it gets a block whenever it has filled those it has.
    case paged
    /// All that its request allows: the output's true length where that is known, "Orca (Oracle)".
    case oracle
    /// Its prompt, and the output that its request allows up to the next power of two: "Orca (Pow2)".
    case powerOfTwo
    /// The longest sequence there may be: "Orca (Max)".
    case maximum

    /// Tokens to reserve for a sequence that has not ended.
    ///
    /// - Parameters:
    ///   - numTokens: tokens that it has.
    ///   - promptLength: how many of them are its prompt.
    ///   - lengthLimit: tokens that it can have by its request, more than `numTokens`.
    ///   - maximumLength: tokens that any sequence can have, at least `lengthLimit`.
    package func numTokens(
        having numTokens: Int, promptLength: Int, lengthLimit: Int, maximumLength: Int
    ) -> Int {
        switch self {
        case .paged: return numTokens + 1
        case .oracle: return lengthLimit
        case .powerOfTwo:
            var outputLength = 1
            while outputLength < lengthLimit - promptLength { outputLength *= 2 }
            return min(promptLength + outputLength, maximumLength)
        case .maximum: return maximumLength
        }
    }
}
