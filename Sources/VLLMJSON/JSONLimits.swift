// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What a parser accepts before it refuses a document.
public struct JSONLimits: Sendable, Hashable {
    /// The deepest nesting any setting allows: it keeps the parser within a small thread stack.
    public static let deepestAllowed = 512

    /// The largest number of arrays and objects inside each other; values above `deepestAllowed` mean it.
    public var maximumDepth: Int
    /// The largest document in bytes.
    public var maximumSizeInBytes: Int
    /// The largest number of arrays, objects and members of objects: each takes some hundred bytes of memory for as
    /// few as two bytes of text.
    public var maximumNodes: Int
    /// Whether `NaN`, `Infinity` and `-Infinity` are read as Python's `json` does, and overflow is infinity.
    public var allowsNonFiniteNumbers: Bool

    /// A depth of 128 and two gibibytes, strict numbers.
    public static let `default` = JSONLimits()

    /// Creates limits.
    public init(
        maximumDepth: Int = 128, maximumSizeInBytes: Int = 1 << 31, maximumNodes: Int = .max,
        allowsNonFiniteNumbers: Bool = false
    ) {
        self.maximumDepth = maximumDepth
        self.maximumSizeInBytes = maximumSizeInBytes
        self.maximumNodes = maximumNodes
        self.allowsNonFiniteNumbers = allowsNonFiniteNumbers
    }
}
