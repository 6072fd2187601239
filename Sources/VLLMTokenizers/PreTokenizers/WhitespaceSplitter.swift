// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Cuts text into the matches of `\w+|[^\w\s]+`.
struct WhitespaceSplitter: Sendable {
    /// Appends the pieces of a part of a text.
    func split(_ text: Span<UInt8>, _ range: Range<Int>, into pieces: inout [Range<Int>]) {
        let properties = UnicodeProperties.shared
        var position = range.lowerBound
        var start = position
        var kind = 0
        while position < range.upperBound {
            let next = text.scalar(at: position)
            let nextKind = properties.isWord(next.value) ? 1 : properties.isWhitespace(next.value) ? 0 : 2
            if nextKind != kind {
                if kind != 0 { pieces.append(start..<position) }
                start = position
                kind = nextKind
            }
            position += next.length
        }
        if kind != 0, start < position { pieces.append(start..<position) }
    }
}
