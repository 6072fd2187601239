// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension SplitBehavior {
    /// Appends the pieces that matches cut a part of a text into; empty pieces are left out.
    ///
    /// With `invert`, what lies between the matches does the cutting.
    func appendPieces(
        of range: Range<Int>, matches: [Range<Int>], invert: Bool, to pieces: inout [Range<Int>]
    ) {
        if self == .isolated {
            isolate(range, matches, to: &pieces)
            return
        }
        var sections: [(range: Range<Int>, isMatch: Bool)] = []
        var position = range.lowerBound
        for match in matches {
            if position != match.lowerBound { sections.append((position..<match.lowerBound, invert)) }
            sections.append((match, !invert))
            position = match.upperBound
        }
        if position != range.upperBound { sections.append((position..<range.upperBound, invert)) }
        let first = pieces.count
        switch self {
        case .removed:
            for section in sections where !section.isMatch { pieces.append(section.range) }
        case .isolated, .contiguous, .mergedWithPrevious:
            merge(sections, to: &pieces)
        case .mergedWithNext:
            var merged: [Range<Int>] = []
            var previousIsMatch = false
            for section in sections.reversed() {
                if section.isMatch, !previousIsMatch, let last = merged.last {
                    merged[merged.count - 1] = section.range.lowerBound..<last.upperBound
                } else {
                    merged.append(section.range)
                }
                previousIsMatch = section.isMatch
            }
            pieces.append(contentsOf: merged.reversed())
        }
        if pieces[first...].contains(where: { $0.isEmpty }) {
            let kept = pieces[first...].filter { !$0.isEmpty }
            pieces.replaceSubrange(first..., with: kept)
        }
    }

    /// Appends matches and what lies between them.
    private func isolate(_ range: Range<Int>, _ matches: [Range<Int>], to pieces: inout [Range<Int>]) {
        var position = range.lowerBound
        for match in matches {
            if position < match.lowerBound { pieces.append(position..<match.lowerBound) }
            if !match.isEmpty { pieces.append(match) }
            position = match.upperBound
        }
        if position < range.upperBound { pieces.append(position..<range.upperBound) }
    }

    private func merge(_ sections: [(range: Range<Int>, isMatch: Bool)], to pieces: inout [Range<Int>]) {
        var previousIsMatch = false
        let first = pieces.count
        for section in sections {
            let joins =
                self == .contiguous
                ? section.isMatch == previousIsMatch : section.isMatch && !previousIsMatch
            if joins, pieces.count > first {
                pieces[pieces.count - 1] = pieces[pieces.count - 1].lowerBound..<section.range.upperBound
            } else {
                pieces.append(section.range)
            }
            previousIsMatch = section.isMatch
        }
    }
}
