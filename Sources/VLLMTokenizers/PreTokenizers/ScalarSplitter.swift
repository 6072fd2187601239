// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Cuts text at single characters of a kind.
struct ScalarSplitter: Sendable {
    /// The characters that cut.
    enum Kind: Sendable, Hashable {
        case numeric
        case whitespace
        case punctuation
        case scalar(UInt32)
    }

    let kind: Kind
    let behavior: SplitBehavior

    /// Appends the pieces of a part of a text.
    func split(_ text: Span<UInt8>, _ range: Range<Int>, into pieces: inout [Range<Int>]) {
        let properties = UnicodeProperties.shared
        var matches: [Range<Int>] = []
        var position = range.lowerBound
        while position < range.upperBound {
            let next = text.scalar(at: position)
            let isMatch =
                switch kind {
                case .numeric: properties.isNumeric(next.value)
                case .whitespace: properties.isWhitespace(next.value)
                case .punctuation: properties.isPunctuation(next.value)
                case .scalar(let scalar): next.value == scalar
                }
            if isMatch { matches.append(position..<position + next.length) }
            position += next.length
        }
        behavior.appendPieces(of: range, matches: matches, invert: false, to: &pieces)
    }
}
