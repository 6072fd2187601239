// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Finds the matches of a `TextPattern`.
enum TextMatcher: Sendable {
    /// A text that is not empty.
    case string([UInt8])
    case regex(RegularExpression)

    init(_ pattern: TextPattern, context: String) throws(TokenizerError) {
        switch pattern {
        case .string(let text) where !text.isEmpty: self = .string(Array(text.utf8))
        case .string: self = .regex(try RegularExpression("", context: context))
        case .regex(let pattern): self = .regex(try RegularExpression(pattern, context: context))
        }
    }

    /// Appends the matches in a part of a text, which the pattern sees as the whole text.
    func appendMatches(
        in text: Span<UInt8>, _ range: Range<Int>, to matches: inout [Range<Int>]
    ) throws(TokenizerError) {
        switch self {
        case .string(let pattern): Self.find(pattern.span, in: text, range, to: &matches)
        case .regex(let expression): try expression.appendMatches(in: text, range, to: &matches)
        }
    }

    private static func find(
        _ pattern: Span<UInt8>, in text: Span<UInt8>, _ range: Range<Int>, to matches: inout [Range<Int>]
    ) {
        var position = range.lowerBound
        let last = range.upperBound - pattern.count
        while position <= last {
            guard text[position] == pattern[0] else {
                position += 1
                continue
            }
            var length = 1
            while length < pattern.count, text[position + length] == pattern[length] { length += 1 }
            if length == pattern.count {
                matches.append(position..<position + length)
                position += length
            } else {
                position += 1
            }
        }
    }
}
