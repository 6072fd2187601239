// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What one rendering may use before it is refused.
public struct TemplateLimits: Sendable, Hashable {
    /// The most operations; text counts one for every 16 bytes it takes to make it.
    public var maximumSteps: Int
    /// The longest output, and the longest string on the way to it, in bytes.
    public var maximumOutputInBytes: Int
    /// The deepest nesting of statements, expressions and macro calls under evaluation.
    ///
    /// A level takes about a kilobyte of stack: the default fits threads with 512 KiB.
    public var maximumDepth: Int
    /// The most values that `range` gives and that a list may have after repetition.
    public var maximumRange: Int

    /// Ten million steps, 64 MiB, 200 levels, ranges of 100 000.
    public static let `default` = TemplateLimits()

    /// Creates limits.
    public init(
        maximumSteps: Int = 10_000_000, maximumOutputInBytes: Int = 64 << 20, maximumDepth: Int = 200,
        maximumRange: Int = 100_000
    ) {
        self.maximumSteps = maximumSteps
        self.maximumOutputInBytes = maximumOutputInBytes
        self.maximumDepth = maximumDepth
        self.maximumRange = maximumRange
    }
}
