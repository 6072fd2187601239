// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Finds bytes in bytes in time proportional to both lengths.
struct Searcher {
    private let needle: [UInt8]
    /// The length of the longest proper border of each prefix (Knuth, Morris and Pratt, 1977).
    private let borders: [Int]
    private let isBackward: Bool

    /// Prepares a search; a backward one is for `last` and `allFromRight` alone.
    init(_ needle: String, isBackward: Bool = false) {
        self.needle = isBackward ? needle.utf8.reversed() : Array(needle.utf8)
        self.isBackward = isBackward
        var borders = [0]
        var length = 0
        for index in self.needle.indices.dropFirst() {
            while length > 0, self.needle[index] != self.needle[length] { length = borders[length - 1] }
            if self.needle[index] == self.needle[length] { length += 1 }
            borders.append(length)
        }
        self.borders = borders
    }

    /// The byte offset of the first occurrence at or after a byte offset and before an end.
    func first(in text: Text, from start: Int = 0, to end: Int? = nil) -> Int? {
        let bytes = text.string.utf8Span.span
        let end = end ?? bytes.count
        guard let head = needle.first else { return start <= end ? start : nil }
        var length = 0
        var index = start
        while index < end {
            let byte = bytes[index]
            index += 1
            if length == 0 {
                if byte != head { continue }
                length = 1
            } else {
                while length > 0, byte != needle[length] { length = borders[length - 1] }
                if byte == needle[length] { length += 1 }
            }
            if length == needle.count { return index - length }
        }
        return nil
    }

    /// The byte offsets of occurrences that do not overlap, from the left, at most a number of them.
    func all(in text: Text, limit: Int = .max, from start: Int = 0, to end: Int? = nil) -> [Int] {
        var found: [Int] = []
        var offset = start
        while found.count < limit, let place = first(in: text, from: offset, to: end) {
            found.append(place)
            offset = place + needle.count
        }
        return found
    }

    /// The byte offsets of occurrences that do not overlap, counted from the right, in ascending order.
    func allFromRight(in text: Text, limit: Int) -> [Int] {
        let bytes = text.string.utf8Span.span
        var found: [Int] = []
        var end = bytes.count
        while found.count < limit, let place = last(in: text, to: end) {
            found.append(place)
            end = place
        }
        return found.reversed()
    }

    /// The byte offset of the last occurrence that ends at or before an end.
    func last(in text: Text, from start: Int = 0, to end: Int) -> Int? {
        assert(isBackward)
        let bytes = text.string.utf8Span.span
        if needle.isEmpty { return start <= end ? end : nil }
        var length = 0
        var index = end
        while index > start {
            index -= 1
            let byte = bytes[index]
            while length > 0, byte != needle[length] { length = borders[length - 1] }
            if byte == needle[length] { length += 1 }
            if length == needle.count { return index }
        }
        return nil
    }
}
