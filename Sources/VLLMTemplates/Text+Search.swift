// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension Text {
    func hasPrefix(_ prefix: Text, at offset: Int = 0) -> Bool {
        let bytes = string.utf8Span.span
        let other = prefix.string.utf8Span.span
        guard offset >= 0, offset + other.count <= bytes.count else { return false }
        for index in 0..<other.count where bytes[offset + index] != other[index] { return false }
        return true
    }

    func hasSuffix(_ suffix: Text) -> Bool {
        hasPrefix(suffix, at: size - suffix.size)
    }

    func contains(_ other: Text) -> Bool {
        if other.isEmpty { return true }
        return Searcher(other.string).first(in: self) != nil
    }

    /// Replaces at most a number of occurrences; an empty needle stands between all characters.
    func replacing(_ old: Text, with new: Text, limit: Int) -> String {
        if old.isEmpty { return interleaved(new, limit: limit) }
        var result = ""
        var offset = 0
        for place in Searcher(old.string).all(in: self, limit: limit) {
            append(offset, place, to: &result)
            result += new.string
            offset = place + old.size
        }
        append(offset, size, to: &result)
        return result
    }

    private func interleaved(_ new: Text, limit: Int) -> String {
        var result = ""
        var left = limit
        for scalar in string.unicodeScalars {
            if left > 0 {
                result += new.string
                left -= 1
            }
            result.unicodeScalars.append(scalar)
        }
        if left > 0 { result += new.string }
        return result
    }

    /// Adds the bytes of a range to a string.
    func append(_ start: Int, _ end: Int, to result: inout String) {
        if start < end { result += Self.copy(string.utf8Span.span.extracting(start..<end)) }
    }
}
