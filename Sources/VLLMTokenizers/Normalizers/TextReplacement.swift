// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Replaces every match of a pattern with a text, literally.
struct TextReplacement: Sendable {
    let matcher: TextMatcher
    let content: [UInt8]
    /// How many times as long a text becomes, at most.
    let growth: Int

    init(_ pattern: TextPattern, content: String, context: String) throws(TokenizerError) {
        matcher = try TextMatcher(pattern, context: context)
        self.content = Array(content.utf8)
        switch pattern {
        case .string(let text):
            growth = max(1, (content.utf8.count + text.utf8.count - 1) / max(1, text.utf8.count))
        // A match may be empty, between any two bytes.
        case .regex: growth = content.utf8.count + 1
        }
    }

    /// Returns the text with the matches replaced, or nil if there are none.
    func apply(to text: Span<UInt8>) throws(TokenizerError) -> [UInt8]? {
        var matches: [Range<Int>] = []
        try matcher.appendMatches(in: text, 0..<text.count, to: &matches)
        guard !matches.isEmpty else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(text.count + matches.count * content.count)
        var position = 0
        for match in matches {
            output.append(text, position..<match.lowerBound)
            output.append(contentsOf: content)
            position = match.upperBound
        }
        output.append(text, position..<text.count)
        return output
    }
}
