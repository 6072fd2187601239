// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Says what happens to the matches that cut a text.
public enum SplitBehavior: Sendable, Hashable {
    /// They go.
    case removed
    /// They are pieces of their own.
    case isolated
    /// They end the piece before.
    case mergedWithPrevious
    /// They begin the piece after.
    case mergedWithNext
    /// Adjacent ones make one piece.
    case contiguous
}
