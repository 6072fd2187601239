// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Takes white space off the ends of a text.
struct StripNormalizer: Sendable {
    let left: Bool
    let right: Bool

    /// Returns the text without white space at the ends, or nil if there is none.
    func normalize(_ text: Span<UInt8>) -> [UInt8]? {
        let properties = UnicodeProperties.shared
        var start = 0
        var end = text.count
        while left, start < end {
            let next = text.scalar(at: start)
            guard properties.isWhitespace(next.value) else { break }
            start += next.length
        }
        while right, start < end {
            let last = text.scalar(before: end)
            guard properties.isWhitespace(last.value) else { break }
            end -= last.length
        }
        return start == 0 && end == text.count ? nil : [UInt8](text, start..<end)
    }
}
